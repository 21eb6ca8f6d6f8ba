"""The terminal: the command `weightlab`."""
