"""The SQL guard: nothing that a person or a model writes reaches the database but through `check`."""

from nl2sql.guard.check import RULES, check
from nl2sql.guard.outcome import SafeQuery, SqlRejected

__all__ = ["RULES", "SafeQuery", "SqlRejected", "check"]
