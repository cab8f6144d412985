"""Questions that nobody would ask: any words of the catalogue in any order, in
threads or alone, reach the database without an error.
"""

import random
from datetime import date
from pathlib import Path

import pytest

from config.access import SYSTEM
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.outcomes import TimedOut, Unavailable
from nl2sql.ask import ask, connect_deps
from nl2sql.catalog.semantics import semantics
from nl2sql.deps import Deps
from tests.nl2sql.builders import bill

ASKED = 400
NAMES = (
    "payments",
    "search",
    "shop",
    "data",
    "ec2",
    "rds",
    "vms",
    "eu-west-1",
    "web-1",
    "aws",
    "prod",
    "k8s",
    "team payments",
)
DATES = (
    "october",
    "last month",
    "q3",
    "last week",
    "yesterday",
    "since july",
    "3-17 oct",
    "ytd",
    "last 7 days",
    "2026-10-05",
    "last year",
    "september",
)
ODD = (
    "$1000",
    "5",
    "10%",
    "20k",
    "top10",
    "'",
    "; --",
    '"x"',
    "(",
    "%",
    "<>",
    "🙂",
    "a" * 80,
    "\x00",
    "\u202e",
    "10..20",
    "#1",
)


@pytest.fixture
def deps(clean_database: Database, settings: Settings, organisation: Organisation, tmp_path: Path) -> Deps:
    """Two months of a small bill."""
    ingest([bill(tmp_path / f"{month}.csv", month) for month in (9, 10)], clean_database, organisation)
    return connect_deps(settings, organisation, clean_database, today=date(2026, 11, 3))


def _words() -> dict[str, list[str]]:
    """The catalogue's phrases by what they mean, without those that are refused at once."""
    said: dict[str, list[str]] = {"names": list(NAMES), "dates": list(DATES), "odd": list(ODD)}
    for phrase, entries in semantics().lexicon.items():
        if entries[0].kind not in ("unsafe", "outside"):
            said.setdefault(entries[0].kind, []).append(" ".join(phrase))
    return said


def test_no_order_of_words_fails(deps: Deps) -> None:
    """Each becomes an answer, a question back or a refusal; no statement of the
    grammar is one that the guard or the database turns down.
    """
    chance, said = random.Random(5), _words()
    kinds = [*said, "names", "names", "names", "dates", "dates", "dates"]
    failed = []
    for number in range(ASKED):
        question = " ".join(chance.choice(said[chance.choice(kinds)]) for _ in range(chance.randint(1, 8)))
        outcome = ask(question, SYSTEM, f"wild-{number // 4}" if chance.random() < 0.5 else None, deps)
        if isinstance(outcome, Unavailable | TimedOut) or "Nothing was run" in outcome.text:
            failed.append((question, outcome.text))
    assert not failed
