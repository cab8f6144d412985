"""The addresses of an outside server, one a role."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.settings import Settings
from db.database import Database, outside
from db.tables import Insight

LOGIN = "postgresql://login:pw-canary@db.example.com:5432/finops"


def settings(**given: str) -> Settings:
    return Settings.model_validate({"database_url": LOGIN, **given}, context=None)


def test_one_login_takes_on_the_lesser_roles() -> None:
    """The same address for all, with the role as an option of the connection, under the driver that is there."""
    database = outside(settings())
    assert database.owner_url == LOGIN.replace("postgresql:", "postgresql+psycopg2:")
    roles = {url: sa.make_url(url).query["options"] for url in (database.app_url, database.reader_url)}
    assert list(roles.values()) == ["-c role=finops_app", "-c role=finops_reader"]
    assert {sa.make_url(url).password for url in roles} == {"pw-canary"}


def test_logins_of_their_own_are_taken_as_they_are() -> None:
    app, reader = LOGIN.replace("login", "app"), LOGIN.replace("login", "reader")
    database = outside(settings(app_database_url=app, reader_database_url=reader))
    assert (database.app_url, database.reader_url) == (app, reader)


def test_no_password_is_shown() -> None:
    assert "pw-canary" not in repr(outside(settings()))


def test_what_is_no_address_is_a_sentence_without_it() -> None:
    with pytest.raises(UserError, match="is not a database address") as refused:
        outside(settings(database_url="pw-canary@db.example.com"))
    assert "pw-canary" not in str(refused.value)


def test_ids_begin_at_one_after_rows_that_were_rolled_back(database: Database, request: pytest.FixtureRequest) -> None:
    """What a test takes back has used up ids; the next one that commits does not see that."""
    with Session(database.app) as session:
        session.add(Insight(fingerprint="back", kind="anomaly", severity="high", title="back", currency="USD"))
        session.flush()
        session.rollback()
    clean: Database = request.getfixturevalue("clean_database")
    with Session(clean.app) as session, session.begin():
        kept = Insight(fingerprint="kept", kind="anomaly", severity="high", title="kept", currency="USD")
        session.add(kept)
        session.flush()
        assert kept.id == 1
