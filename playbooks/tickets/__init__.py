"""Where nothing is changed: a ticket instead of a run, opened once and closed when the bill has verified the saving."""
