"""One file for each kind of message or modal. Pure."""
