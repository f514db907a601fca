"""AWS behind the ports: the calls on Amazon Connect, their errors, and the clients that make them. Only this
room knows boto3.
"""
