"""Commands for a contact centre that exists: see, adopt, compare and release the settings of its agents."""
