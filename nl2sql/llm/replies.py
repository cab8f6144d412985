"""What a model may reply: a query or a listing, SQL, a question back, that it cannot; anything else is no reply."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.semantic.schema import listing_schema, query_schema, strict

_TEXT_CAP = 500
_SQL_CAP = 20_000
_LINK = re.compile(r"\w{1,20}://\S+|www\.\S+|<[@!#][^>]*>", re.IGNORECASE)


@cache
def reply_schema() -> dict[str, Any]:
    """The schema of a reply, as strict structured output takes it."""
    query, listing = strict(query_schema(semantics())), strict(listing_schema())
    parts = {**query.pop("$defs"), **listing.pop("$defs"), "Query": query, "Listing": listing}
    return {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["query", "listing", "sql", "clarify", "cannot_answer"]},
            "query": {"anyOf": [{"$ref": "#/$defs/Query"}, {"type": "null"}]},
            "listing": {"anyOf": [{"$ref": "#/$defs/Listing"}, {"type": "null"}]},
            "sql": {"type": "string"},
            "text": {"type": "string"},
            "choices": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["kind", "query", "listing", "sql", "text", "choices"],
        "additionalProperties": False,
        "$defs": parts,
    }


@dataclass(frozen=True)
class QueryDraft:
    """A query or a listing as the model wrote it; it is compiled only after it was read against catalogue and data."""

    content: dict[str, Any]
    listing: bool = False


@dataclass(frozen=True)
class SqlDraft:
    """SQL that the model wrote; it runs only after the guard has rewritten it."""

    sql: str


Draft = QueryDraft | SqlDraft


@dataclass(frozen=True)
class AskBack:
    """The model found several meanings."""

    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Cannot:
    """The model says that the views do not hold it."""

    text: str


@dataclass(frozen=True)
class Down:
    """No usable reply: the grammar answers. `reason` is shown in the log and on the card's last line."""

    reason: str


Reply = QueryDraft | SqlDraft | AskBack | Cannot | Down


def parse(content: str) -> Reply:
    """Parse the first JSON object in the model's text; `Down` for anything else."""
    start = content.find("{")
    if start < 0:
        return Down("the model answered with prose instead of data" if content.strip() else "the model did not answer")
    try:
        reply, _ = json.JSONDecoder().raw_decode(content[start:])
    except (ValueError, RecursionError):
        return Down("the model's answer was not whole")
    kind, sql, text = reply.get("kind"), reply.get("sql"), str(reply.get("text") or "")[:_TEXT_CAP]
    choices = reply.get("choices") if isinstance(reply.get("choices"), list) else []
    for name in ("query", "listing"):
        if kind == name and isinstance(reply.get(name), dict) and reply[name]:
            return QueryDraft(reply[name], listing=name == "listing")
    if kind in ("sql", "query") and isinstance(sql, str) and 0 < len(sql.strip()) <= _SQL_CAP:
        return SqlDraft(sql.strip())
    if kind == "clarify" and text:
        return AskBack(_unlinked(text), tuple(_unlinked(str(choice)[:75]) for choice in choices[:5]))
    if kind == "cannot_answer":
        return Cannot(_unlinked(text) or "The bills do not hold that.")
    return Down("the model's answer had another form than asked for")


def _unlinked(text: str) -> str:
    """A model's words as they are shown: without addresses."""
    return _LINK.sub("…", text)
