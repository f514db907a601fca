"""Templates that declare what is in force: first values, then parts, then documents, then files."""
