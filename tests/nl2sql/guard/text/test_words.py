"""The words that Postgres keeps are those of the Postgres that runs."""

import sqlalchemy as sa

from db.database import Database
from nl2sql.guard.text.words import KEYWORDS


def test_the_reserved_words_are_the_servers(database: Database) -> None:
    """All of categories R, T and C; a new major release that adds one is noticed here."""
    with database.app.connect() as connection:
        reserved = set(
            connection.scalars(sa.text("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T', 'C')"))
        )
    assert reserved == KEYWORDS
