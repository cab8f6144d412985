"""A question becomes checked SQL, rows and an answer."""
