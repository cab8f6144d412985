"""The statement that DuckDB would run, in the words of Spark SQL; what those cannot say the same is refused."""
