"""Detection and forecasts on series in a file, without a database."""
