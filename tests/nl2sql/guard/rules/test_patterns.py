"""Patterns that Postgres could work on without end are refused, those of people are not."""

import pytest
import sqlglot

from nl2sql.guard.rules.patterns import MAX_BOUND, MAX_PATTERN, patterns


def judged(pattern: str) -> str | None:
    quoted = pattern.replace("'", "''")
    return patterns(sqlglot.parse_one(f"SELECT team FROM daily_costs WHERE service ~ '{quoted}'", dialect="postgres"))


@pytest.mark.parametrize("pattern", ["(a+)+", "(a*)*b", "((a+)b)*", "(a{2,})+", "(x(y+)?z)+", "((a*))+"])
def test_a_repetition_of_a_repetition_is_refused(pattern: str) -> None:
    assert "repeat what repeats already" in (judged(pattern) or "")


@pytest.mark.parametrize(
    "pattern", ["^prod-", "(foo|bar)+", "(a+)?", "(a+)b+", r"\(a+\)+", "[+*](x)+", "a{2,50}", "[(+]*"]
)
def test_what_people_write_passes(pattern: str) -> None:
    """Alternatives repeated, a group taken once, brackets that are letters."""
    assert judged(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "refer back"),
        (f"a{{{MAX_BOUND + 1}}}", "at most 50 times"),
        (f"a{{1,{MAX_BOUND + 1}}}", "at most 50 times"),
        ("a" * (MAX_PATTERN + 1), "at most 300 characters"),
    ],
)
def test_what_cannot_be_bounded_is_refused(pattern: str, reason: str) -> None:
    assert reason in (judged(pattern) or "")


def test_a_pattern_put_together_of_texts_is_read_as_one() -> None:
    tree = sqlglot.parse_one("SELECT 1 FROM daily_costs WHERE service ~ ('(a' || '+)' || '+')", dialect="postgres")
    assert "repeat what repeats already" in (patterns(tree) or "")
