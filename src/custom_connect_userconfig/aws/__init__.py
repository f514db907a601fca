"""The gateway to Amazon Connect: its calls, their errors, and the clients that make them."""
