"""The permissions that the shipped handlers use; the roles must grant exactly these."""
