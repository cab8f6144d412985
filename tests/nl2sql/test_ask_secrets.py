"""A secret that somebody types into a question is masked before anything of it is stored."""

import pytest
import sqlalchemy as sa

from config import logs
from config.access import SYSTEM
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from nl2sql.ask import ask, connect_deps, run_sql

SECRETS = (
    "xoxb-123456789012-abcdefghijkl",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "AKIAIOSFODNN7EXAMPLE",
    "planted-hunter2-of-the-settings",
    "postgres://u:p4ssw0rd@h/d",
    "password=correct-horse",
    "-----BEGIN RSA PRIVATE KEY----- MIIEowIBAAKCAQEA -----END RSA PRIVATE KEY-----",
)


def stored(database: Database) -> str:
    """Every row of every table that holds anything, as text."""
    with database.owner.connect() as connection:
        names = sa.inspect(connection).get_table_names(schema="finops")
        rows = (connection.scalar(sa.text(f"SELECT string_agg(t::text, ' ') FROM finops.{name} t")) for name in names)
        return " ".join(text for text in rows if text)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_table_holds_what_was_typed(
    secret: str, clean_database: Database, settings: Settings, organisation: Organisation
) -> None:
    """Neither questions nor the audit log, which cannot be cleaned; of SQL neither. The other words stay."""
    logs.hide(["planted-hunter2-of-the-settings"])
    deps = connect_deps(settings, organisation, clean_database)
    ask(f"what did the team with {secret} spend", SYSTEM, "t", deps)
    ask(f"select '{secret}' from daily_costs", SYSTEM, "t", deps)
    ask(f"{'long ' * 500} {secret}", SYSTEM, "t", deps)
    run_sql(f"select '{secret}' from daily_costs", SYSTEM, "t", deps)
    text = stored(clean_database)
    assert text.count("what did the team with") >= 2  # in questions and in the audit log
    for piece in (secret, "p4ssw0rd", "correct-horse", "MIIEowIBAAKCAQEA"):
        assert piece not in text


@pytest.mark.parametrize(
    "question",
    [
        "what did s-production-web-server-01 cost last month",
        "cost by tag token last week",
        "which api key services got dearer: gateway or lambda?",
        "cost of task-scheduler-production-eu-west-1 and sk-8",
    ],
)
def test_ordinary_questions_stay_as_they_are(question: str) -> None:
    """Names of resources and words like token are no secrets."""
    assert logs.without_secrets(question) == question
