"""The command `connect-user-config`: installs both front ends into accounts and regions, tells what is there,
and takes it away.

Nothing of it runs in Lambda. `commands` translates words into wishes; `core` decides, from what is wanted and
what is seen, which calls are left to make, without making any; `gateways` makes them, and is all that knows
boto3.
"""
