"""One region of one account, and the errors of AWS in the words of the commands."""
