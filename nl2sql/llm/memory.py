"""Remembers model replies by everything that they depend on; bounded in number and age."""

import hashlib
import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import ModelReply
from nl2sql.llm.replies import AskBack, Cannot, QueryDraft, Reply, SqlDraft

MOST = 5_000
_DAYS = 30


def key_of(model: str, scope: Sequence[str], version: str, prompt: Sequence[dict[str, str]]) -> str:
    """The key of a reply: a SHA-256 over model, visibility, data version and prompt (question, day, catalogue and
    examples).
    """
    text = json.dumps([model, list(scope), version, list(prompt)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def recall(session: Session, key: str) -> Reply | None:
    """The remembered reply, or None; its query or its SQL must be checked again."""
    stored = session.scalar(sa.select(ModelReply.reply).where(ModelReply.key == key))
    if stored is None:
        return None
    if "query" in stored:
        return QueryDraft(dict(stored["query"]), listing=bool(stored["listing"]))
    if "sql" in stored:
        return SqlDraft(str(stored["sql"]))
    return (
        AskBack(str(stored["text"]), tuple(map(str, stored["choices"])))
        if "choices" in stored
        else Cannot(str(stored["text"]))
    )


def keep(session: Session, key: str, reply: Reply) -> None:
    """Remember a usable reply; drop replies beyond the newest 5,000 or older than 30 days."""
    if isinstance(reply, SqlDraft):
        content: dict[str, object] = {"sql": reply.sql}
    elif isinstance(reply, QueryDraft):
        content = {"query": reply.content, "listing": reply.listing}
    elif isinstance(reply, AskBack):
        content = {"text": reply.text, "choices": list(reply.choices)}
    elif isinstance(reply, Cannot):
        content = {"text": reply.text}
    else:
        return
    now = sa.func.clock_timestamp()
    statement = insert(ModelReply).values(key=key, reply=content, made_at=now)
    session.execute(
        statement.on_conflict_do_update(index_elements=[sa.column("key")], set_={"reply": content, "made_at": now})
    )
    newest = sa.select(ModelReply.key).order_by(ModelReply.made_at.desc(), ModelReply.key).offset(MOST)
    old = ModelReply.made_at < sa.func.now() - sa.text(f"INTERVAL '{_DAYS} days'")
    session.execute(sa.delete(ModelReply).where(old | ModelReply.key.in_(newest)))
