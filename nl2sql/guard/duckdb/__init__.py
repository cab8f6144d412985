"""What Postgres means, in DuckDB's words; where DuckDB has none for it, a sentence that says so."""
