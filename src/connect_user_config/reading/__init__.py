"""What a template declares: from its text and the values of its parameters to resolved resources.

The check of templates and the rules for cfn-lint stand on it. What only the deployment knows stays unknown:
nothing is guessed, so that nothing right is ever called wrong.
"""
