"""CLI commands, one module per subject; heavy packages are imported inside the command."""
