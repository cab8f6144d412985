"""OpenAPI schemas of what the database holds, from the same lists that make its views and tables."""

from typing import Any

import sqlalchemy as sa

from db.reporting.views import VIEWS

_KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "timestamptz": {"type": ["string", "null"]},
    "numeric": {"type": ["number", "null"]},
    "double": {"type": ["number", "null"]},
    "bigint": {"type": ["integer", "null"]},
}


def view_schema(name: str) -> dict[str, Any]:
    """A row of a reporting view; NULL where it is not known."""
    view = next(view for view in VIEWS if view.name == name)
    columns = {column.name: {**_KINDS.get(column.type, {}), "description": column.comment} for column in view.columns}
    return {"type": "object", "description": view.comment, "properties": columns, "required": list(columns)}


def page_schema(item: dict[str, Any]) -> dict[str, Any]:
    """A page of items."""
    after = {"type": ["integer", "null"], "description": "`offset` of the next page; null on the last"}
    return {
        "type": "object",
        "required": ["items", "next_offset"],
        "properties": {"items": {"type": "array", "items": item}, "next_offset": after},
    }


def table_schema(table: type[Any]) -> dict[str, Any]:
    """A row of a table as JSON."""
    columns = {column.name: _of_column(column) for column in table.__table__.columns}
    return {"type": "object", "properties": columns, "required": list(columns)}


def _of_column(column: "sa.Column[Any]") -> dict[str, Any]:
    kinds: tuple[tuple[type[Any], str], ...] = (
        (sa.Boolean, "boolean"),
        (sa.Integer, "integer"),
        (sa.Numeric, "number"),
        (sa.Text, "string"),
        (sa.Date, "string"),
        (sa.DateTime, "string"),
    )
    kind = next((name for column_type, name in kinds if isinstance(column.type, column_type)), None)
    described = {"description": column.comment} if column.comment else {}
    return {**({"type": [kind, "null"] if column.nullable else kind} if kind else {}), **described}


def responds(
    description: str, schema: dict[str, Any], example: Any = None, **headers: Any
) -> dict[int | str, dict[str, Any]]:
    """A 200 with a JSON body, for OpenAPI."""
    content = {"schema": schema, **({"example": example} if example is not None else {})}
    return {
        200: {
            "description": description,
            "content": {"application/json": content},
            **({"headers": headers} if headers else {}),
        }
    }
