"""The models of a forecast, one a file, and their ensemble."""
