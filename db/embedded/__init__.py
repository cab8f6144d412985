"""The private PostgreSQL of a FINOPS_HOME."""
