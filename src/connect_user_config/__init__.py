"""The command `connect-user-config`: installs both front ends into accounts and regions, tells what is there,
takes it away, and checks templates.

Nothing of it runs in Lambda. `install` has the commands that call AWS, `check` the one that judges what
`reading` has read of a template, and `lint` the same judgement as rules for cfn-lint.
"""
