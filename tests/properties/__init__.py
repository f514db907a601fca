"""What holds for every declaration, user, behaviour and interleaving, not only for the examples that somebody
thought of.
"""
