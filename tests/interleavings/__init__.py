"""Two operations on one user, call by call in every order: the rules that must hold, and their breaches."""
