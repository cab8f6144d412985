"""No attack passes, wherever in a statement it stands."""

import re
from pathlib import Path

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from nl2sql.catalog.views import reporting
from nl2sql.guard import RULES, SafeQuery, SqlRejected, check
from nl2sql.guard.text.words import words
from tests.nl2sql.guard.builders import EVERYTHING, FOLDER, ids, statements

ATTACKS = statements("attacks")
POSITIONS = re.split(r"\n\s*\n", (FOLDER / "positions.sql").read_text().strip())
FRAGMENTS = [
    (path.stem, line)
    for path in sorted((FOLDER / "fragments").glob("*.txt"))
    for line in path.read_text().splitlines()
    if line.strip()
]


def test_there_are_enough_cases() -> None:
    """The corpus is broad: whole statements, and fragments for every position."""
    assert len(ATTACKS) + len(FRAGMENTS) >= 400
    assert len(POSITIONS) >= 25


@pytest.mark.parametrize("sql", [sql for _, sql in ATTACKS], ids=ids(ATTACKS))
def test_a_whole_statement_is_refused_with_a_sentence(sql: str) -> None:
    """It is refused, and the reason is a sentence."""
    result = check(sql, reporting(), EVERYTHING)
    assert isinstance(result, SqlRejected), result
    assert result.reason.endswith(".")


@pytest.mark.parametrize("position", POSITIONS)
def test_a_position_accepts_what_is_harmless(position: str) -> None:
    """So what is refused there is refused for the attack."""
    result = check(position.replace("{it}", "lower(d.service)"), reporting(), EVERYTHING)
    assert isinstance(result, SafeQuery), result


@pytest.mark.parametrize("fragment", [fragment for _, fragment in FRAGMENTS], ids=ids(FRAGMENTS))
def test_a_fragment_is_refused_in_every_position(fragment: str) -> None:
    """SELECT list, WHERE, GROUP BY, ORDER BY, ON, CTE, subquery, CASE, window,
    FILTER, set operation, LATERAL, VALUES …
    """
    passed = [
        position
        for position in POSITIONS
        if isinstance(check(position.replace("{it}", fragment), reporting(), EVERYTHING), SafeQuery)
    ]
    assert passed == []


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\u202e", "\u200b", "\ufeff", "\ue000", "\x7f", "\u00ad"])
def test_invisible_characters_are_refused(character: str) -> None:
    """Control, bidi, zero-width and private characters have no place in SQL."""
    assert isinstance(check(f"SELECT team{character} FROM daily_costs", reporting(), EVERYTHING), SqlRejected)
    assert isinstance(check(f"SELECT '{character}' FROM daily_costs", reporting(), EVERYTHING), SqlRejected)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "NOT " * 4000 + "true",
        "SELECT " + "- " * 5000 + "1",
        "SELECT " + "+".join(["1"] * 2400),
        "SELECT 1" + " UNION ALL SELECT 1" * 600,
        "SELECT " + "CASE WHEN true THEN " * 500 + "1" + " END" * 500,
        "SELECT 1 FROM daily_costs" + " JOIN resources USING (team)" * 200,
        "SELECT " + "lower(" * 600 + "'x'" + ")" * 600,
        "SELECT " + "ARRAY[" * 900 + "1" + "]" * 900,
        "SELECT * FROM " + "(SELECT * FROM " * 500 + "daily_costs" + ") x" * 500,
        "SELECT 1 WHERE " + " AND ".join(["true"] * 2400),
        "SELECT '" + "x" * 30000 + "'",
        "WITH " + ", ".join(f"a{i} AS (SELECT 1 AS x)" for i in range(200)) + " SELECT 1",
        "SELECT 1" + "::int" * 2400,
        "SELECT 1 " + 'COLLATE "C" ' * 1500,
        "SELECT 'a' " + "AT TIME ZONE 'UTC' " * 1000,
        "SELECT a" + ".a" * 5000,
        "SELECT a" + "[1]" * 1600,
        "SELECT " + "~" * 9000 + "1",
        "SELECT EXISTS " + "(SELECT EXISTS " * 300 + "(SELECT 1)" + ")" * 300,
        "SELECT INTERVAL " * 900 + "'1 day'",
        "SELECT DISTINCT " * 900 + "1",
    ],
    ids=range(22),
)
def test_statements_without_end_are_refused_quickly(sql: str) -> None:
    """Length, words, nesting, depth, joins and SELECTs are bounded before anything recursive runs."""
    assert isinstance(check(sql, reporting(), EVERYTHING), SqlRejected)


@given(st.text(max_size=300))
def test_any_text_gets_an_outcome(text: str) -> None:
    """No text makes the guard fall over."""
    assert isinstance(check(text, reporting(), EVERYTHING), SafeQuery | SqlRejected)


_WORDS = words(
    "SELECT FROM WHERE daily_costs d resources ( ) , . * ; 'x' \" 1 AND OR NOT GROUP BY ORDER WITH AS team "
    "service sum( pg_sleep( :: regclass text "
    "UNION ALL JOIN ON USING LATERAL CASE WHEN THEN END IN EXISTS VALUES = + - || [ ] $1 $$ U& E'x' -- /* */ INTO "
    "FOR UPDATE finops pg_class "
    "OVER FILTER WITHIN LIMIT OFFSET FETCH FIRST ROWS ONLY IS NULL INTERVAL DATE CAST EXTRACT INSERT DELETE "
    "ROLLUP CUBE COLLATE OPERATOR { } ? %"
)


@given(st.lists(st.sampled_from(sorted(_WORDS)), max_size=40))
def test_any_words_get_an_outcome(written: list[str]) -> None:
    """No sequence of SQL's words makes it fall over, and what passes reads views only; a name of its own is free."""
    result = check("SELECT " + " ".join(written), reporting(), EVERYTHING)
    assert isinstance(result, SafeQuery | SqlRejected)
    if isinstance(result, SafeQuery):
        tree = sqlglot.parse_one(result.sql, read="postgres")
        own = {part.alias for part in tree.find_all(exp.CTE)}
        assert {(table.db, table.name) for table in tree.find_all(exp.Table)} <= {
            *(("reporting", view) for view in result.views),
            *(("", name) for name in own),
        }
        assert not re.search(r"pg_\w+\s*\(|::\s*regclass|AS regclass\)|;|--|/\*|\$", result.sql)


def test_every_rule_stands_in_a_file_of_its_name() -> None:
    """The tuple of rules can be read."""
    folder = Path(FOLDER).parents[2] / "nl2sql" / "guard"
    for rule in RULES:
        assert len(list(folder.rglob(f"{rule.__name__}.py"))) == 1
