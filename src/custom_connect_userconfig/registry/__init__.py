"""CloudFormation's support library, as far as the registry's handlers use it; the function does without this
room.
"""
