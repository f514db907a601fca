"""Two operations on one user, call by call in every order: what must hold afterwards, and how often it does
not.
"""
