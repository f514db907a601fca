"""Rules that hold for every declaration, user, behaviour and interleaving, beyond any list of examples."""
