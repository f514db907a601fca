"""CloudFormation's support library, adapted for the handlers; the custom resource does not use it."""
