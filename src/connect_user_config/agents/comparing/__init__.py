"""The command `diff`: what deploying templates would change on live agents.

`effects` asks the core's plans what one request does to one agent; `declared` and `deployed` say which
requests there will be; `comparison` puts the two together; `views` shows it.
"""
