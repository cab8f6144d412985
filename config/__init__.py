"""Configuration, secrets, access rules, logging and errors: what every other package may import."""
