"""One billing, usage or price format per file, each turned into FOCUS rows."""
