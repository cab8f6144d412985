"""Why a cost moved: usage or price, who carries it to the last cent, what is
new, gone or ended; for increases and drops, and for an asker's teams only.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from analysis.root_cause import DIMENSIONS
from config.access import SYSTEM, Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.answers import why
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask, connect_deps
from nl2sql.catalog.semantics import semantics
from nl2sql.deps import Deps
from nl2sql.execution.run import AnswerRows, run_checked
from nl2sql.grammar.sql.context import CompileContext
from tests.nl2sql.builders import LINES, bill, query


@pytest.fixture
def deps(clean_database: Database, settings: Settings, organisation: Organisation, tmp_path: Path) -> Deps:
    """Two months in which usage, a price, resources and a credit moved."""
    result = ingest([bill(tmp_path / f"{month}.csv", month) for month in (9, 10)], clean_database, organisation)
    assert all(load["status"] == "loaded" for load in result.to_json()["loads"]), result.to_json()
    return connect_deps(settings, organisation, clean_database, today=date(2026, 11, 3))


def _explained(question: str, deps: Deps, asker: Actor = SYSTEM) -> why.Explanation:
    found = why.explained(
        query(question), CompileContext(semantics(), date(2026, 10, 31)), lambda sql: run_checked(sql, asker, deps)
    )
    assert found is not None
    return found


def _sum(month: int, teams: tuple[str, ...] | None = None) -> Decimal:
    return sum(
        (Decimal(line[7]) for line in LINES if line[0] == month and (teams is None or line[4] in teams)), Decimal()
    )


def test_every_dimension_and_the_effects_add_up_to_the_change(deps: Deps) -> None:
    """To the hundredth of a cent, with what no resource carries; and the whole is the bill."""
    cause = _explained("why did our cost go up in october", deps).cause
    assert cause.before == pytest.approx(float(_sum(9)), abs=1e-4)
    assert cause.after == pytest.approx(float(_sum(10)), abs=1e-4)
    assert cause.effects.usage + cause.effects.price + cause.effects.mix + cause.effects.unmetered == pytest.approx(
        cause.delta, abs=1e-4
    )
    for dimension in DIMENSIONS:
        assert sum(part.delta for part in cause.contributions[dimension]) == pytest.approx(cause.delta, abs=1e-4), (
            dimension
        )
    unowned = next(part for part in cause.contributions["resource"] if part.name is None)
    assert unowned.delta == pytest.approx(3.33)


def test_new_and_gone_resources_and_ended_commitments_are_named(deps: Deps) -> None:
    """With the amounts, in one answer whose rows are the waterfall's."""
    answer = ask("why did our cost go up in october", SYSTEM, None, deps)
    assert isinstance(answer, Answer)
    assert answer.text.startswith("$140 in total, up $58.16 (+70.9 %) vs September 2026")
    assert "Ended on 2026-09-30: Savings Plan in data, which had covered $50.05." in answer.notes
    assert any(note.startswith("New: web-2 (+$20.02)") for note in answer.notes)
    assert any(note.startswith("Gone: db-2 (−$25.25)") for note in answer.notes)
    assert "By account: shop +$43.37 (75 %), data +$14.79 (25 %)." in answer.notes
    assert answer.to_stored()["chart"] == "waterfall"
    change = answer.columns.index("change")
    assert sum(row[change] for row in answer.rows) == pytest.approx(float(_sum(10) - _sum(9)), abs=1e-4)


def test_a_price_that_moved_is_told_from_usage(deps: Deps) -> None:
    """The same hours of one database at another price; twice as many hours of another thing at the same."""
    price = _explained("why is rds more expensive in october than in september", deps)
    assert price.cause.effects.price == pytest.approx(40.04, abs=0.01)
    usage = _explained("why did ec2 go up in october", deps).cause.effects
    assert usage.verdict == "usage"
    assert usage.price == pytest.approx(0, abs=0.01)


def test_a_drop_is_explained_too_and_a_wrong_premise_put_right(deps: Deps) -> None:
    """`Why did it fall` of what rose says that it rose."""
    answer = ask("why did our cost drop in october", SYSTEM, None, deps)
    assert isinstance(answer, Answer)
    assert "It went up, not down." in answer.notes
    fell = _explained(
        "why did cost drop in october compared to september", deps, Actor("U1", teams=frozenset({"nobody"}))
    )
    assert fell.cause.delta == 0
    assert why.reasons(fell, "USD") == ()


def test_an_asker_sees_the_causes_within_their_teams_only(deps: Deps) -> None:
    """Neither figures nor names of others, and theirs still add up."""
    asker = Actor("U1", teams=frozenset({"payments"}))
    cause = _explained("why did our cost go up in october", deps, asker).cause
    assert cause.delta == pytest.approx(float(_sum(10, ("payments",)) - _sum(9, ("payments",))), abs=1e-4)
    answer = ask("why did our cost go up in october", asker, None, deps)
    assert isinstance(answer, Answer)
    assert not any(word in answer.text for word in ("db-", "data", "search", "Savings Plan", "unallocated"))


_ROW = st.tuples(
    st.sampled_from(["a", "b", None]),
    st.sampled_from(["ec2", "rds"]),
    st.sampled_from(["x", None]),
    st.sampled_from(["t", None]),
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from(["box", "disk"]),
    st.floats(-1e4, 1e4),
    st.just(0.0) | st.floats(1, 1e3),
)


@examples(max_examples=40, deadline=None)
@given(st.lists(_ROW, max_size=12), st.lists(_ROW, max_size=12), st.floats(-1e5, 1e5))
def test_whatever_the_rows_are_the_parts_add_up(
    before: list[tuple[object, ...]], after: list[tuple[object, ...]], unowned: float
) -> None:
    """Rows of any sign and size, and cost of no resource on top."""
    replies: list[object] = []
    for rows in (after, before):
        totals: dict[tuple[object, ...], float] = {(None, "ec2", None, None): unowned}
        for row in rows:
            totals[row[:4]] = totals.get(row[:4], 0.0) + float(str(row[6]))
        daily = tuple((*place, cost, 0.0) for place, cost in totals.items())
        replies += [AnswerRows((), tuple(rows), "", False), AnswerRows((), daily, "", False)]
    replies.append(AnswerRows((), (), "", False))
    found = why.explained(
        query("why did cost go up in october"), CompileContext(semantics()), lambda _sql: replies.pop(0)
    )
    assert found is not None
    cause = found.cause
    for parts in cause.contributions.values():
        assert sum(part.delta for part in parts) == pytest.approx(cause.delta, abs=1e-3)
    effects = cause.effects
    assert effects.usage + effects.price + effects.mix + effects.unmetered == pytest.approx(cause.delta, abs=1e-3)
    why.reasons(found, "USD")
