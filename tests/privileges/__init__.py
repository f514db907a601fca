"""Which permissions the shipped handlers use, and that the roles grant these and no others."""
