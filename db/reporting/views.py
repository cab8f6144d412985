"""The reporting views: the one list that makes the views, their comments, the
catalogue of questions and the guard's allow-list.
"""

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from db.reporting.bills import BILLS
from db.reporting.costs import COSTS
from db.reporting.decisions import DECISIONS
from db.reporting.view import View

if TYPE_CHECKING:
    import sqlalchemy as sa

VIEWS: tuple[View, ...] = (*COSTS, *DECISIONS, *BILLS)


@cache
def digest() -> str:
    """Changes when a view does, so that an upgrade rebuilds them."""
    return hashlib.sha256(repr(VIEWS).encode()).hexdigest()[:16]


def install(connection: "sa.Connection") -> None:
    """Drop and make the schema `reporting` with its views and comments, in the caller's transaction."""
    connection.exec_driver_sql("DROP SCHEMA IF EXISTS reporting CASCADE")
    connection.exec_driver_sql("CREATE SCHEMA reporting")
    for view in VIEWS:
        connection.exec_driver_sql(f"CREATE VIEW reporting.{view.name} AS {view.sql}".replace("%", "%%"))
        connection.exec_driver_sql(f"COMMENT ON VIEW reporting.{view.name} IS {_literal(view.comment)}")
        for column in view.columns:
            connection.exec_driver_sql(
                f"COMMENT ON COLUMN reporting.{view.name}.{column.name} IS {_literal(column.comment)}"
            )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
