"""What the tests of every kind share: a clock that does not wait, events as CloudFormation sends them, agents
to own.
"""
