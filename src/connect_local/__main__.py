"""Runs the server: `python -m connect_local`."""

from .cli import main

main()
