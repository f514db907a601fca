"""Retries: how long to wait, when to stop, and the progress that one invocation passes to the next."""
