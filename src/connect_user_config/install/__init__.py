"""Installs both flavours of the resource, brings them up to date, shows and removes them: CloudFormation does
the work.
"""
