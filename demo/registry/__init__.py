"""The same walk through the registry's handlers, driven in this process as CloudFormation would: ``python -m
demo.registry``.
"""
