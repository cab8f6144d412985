"""A bot as a process: what it starts with, what it does in the background, how it ends."""
