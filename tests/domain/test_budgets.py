"""Budgets of the file, of Slack and of the API obey one set of rules; a change of the file's is seen and undone."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied
from config.organisation import Budget, Organisation, Scope
from db.tables import AuditEntry, BudgetRow, FlowRequest
from domain import budgets

NOW = datetime(2026, 11, 12, 9, tzinfo=UTC)
MAYA = Actor(id="U1", name="Maya", sees_all=True)
OF_FILE = Budget(name="payments", scope=Scope(team="payments"), amount=Decimal(120_000))
FILE = Organisation(budgets=(OF_FILE,))
LESS = OF_FILE.model_copy(update={"amount": Decimal(95_000)})


def row(session: Session) -> BudgetRow:
    return session.scalars(sa.select(BudgetRow)).one()


def overridden(session: Session) -> BudgetRow:
    budgets.take_over(session, FILE)
    saved = budgets.save(session, LESS, MAYA, "slack", NOW)
    assert isinstance(saved, BudgetRow)
    return saved


def test_an_override_stands_says_so_and_is_taken_back(session: Session) -> None:
    """Each morning reads the file again; it neither undoes the change nor forgets what it says."""
    overridden(session)
    budgets.take_over(session, FILE)
    assert row(session).amount == 95_000
    assert budgets.note_of(row(session)) == "Changed by Maya on 12 Nov; finops.yaml says $120k a month."
    budgets.take_back(session, row(session), MAYA, NOW)
    assert (row(session).amount, row(session).origin, budgets.note_of(row(session))) == (120_000, "file", "")


def test_a_change_is_evaluated_at_once(session: Session) -> None:
    """Not tomorrow morning: one run for what waits."""
    overridden(session)
    budgets.take_back(session, row(session), MAYA, NOW)
    requests = session.scalars(sa.select(FlowRequest)).all()
    assert [(one.deployment, one.state) for one in requests] == [("check_budgets/check_budgets", "approved")]


def test_what_the_file_says_later_is_shown_and_holds_after_taking_back(session: Session) -> None:
    overridden(session)
    more = OF_FILE.model_copy(update={"amount": Decimal(130_000)})
    budgets.take_over(session, Organisation(budgets=(more,)))
    assert row(session).amount == 95_000
    assert "finops.yaml says $130k" in budgets.note_of(row(session))
    budgets.take_back(session, row(session), MAYA, NOW)
    assert row(session).amount == 130_000


def test_an_override_ends_where_the_file_says_the_same(session: Session) -> None:
    overridden(session)
    budgets.take_over(session, Organisation(budgets=(LESS,)))
    assert (row(session).origin, budgets.note_of(row(session))) == ("file", "")


def test_an_override_goes_with_the_files_budget_and_the_log_says_so(session: Session) -> None:
    """One that people made themselves stays."""
    overridden(session)
    own = Budget(name="own", amount=Decimal(5))
    budgets.save(session, own, MAYA, "slack", NOW)
    budgets.take_over(session, Organisation())
    assert list(session.scalars(sa.select(BudgetRow.name))) == ["own"]
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject) == ("budget.deleted", "payments")


@pytest.mark.parametrize("teams", [{"payments"}, {"checkout"}])
def test_a_budget_is_kept_to_what_its_editor_sees(session: Session, teams: set[str]) -> None:
    """Neither what it is of nor what it shall be of may be hidden from them."""
    budgets.take_over(session, FILE)
    theirs = Actor(id="U2", name="Jonas", teams=frozenset(teams))
    other = OF_FILE.model_copy(update={"scope": Scope(team="checkout")})
    assert isinstance(budgets.save(session, other, theirs, "api", NOW), Denied)
    assert row(session).scope == {"team": "payments"}


def test_the_version_follows_every_change(session: Session) -> None:
    """Of the values and of what the file says of them."""
    budgets.take_over(session, FILE)
    versions = {budgets.version_of(row(session))}
    overridden(session)
    versions.add(budgets.version_of(row(session)))
    budgets.take_over(session, Organisation(budgets=(OF_FILE.model_copy(update={"amount": Decimal(7)}),)))
    versions.add(budgets.version_of(row(session)))
    assert len(versions) == 3
    assert budgets.version_of(row(session)) in versions


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"amount": 0}, {"amount"}),
        ({"amount": "much"}, {"amount"}),
        ({"amount": 10**13}, {"amount"}),
        ({"amount": 1, "thresholds": [80]}, {"thresholds"}),
        ({"amount": 1, "period": "custom"}, {"start", "end"}),
        ({"amount": 1, "period": "monthly", "start": date(2026, 1, 2), "end": date(2026, 1, 2)}, {"end"}),
        ({"amount": 0, "period": "custom", "name": ""}, {"name", "amount", "start", "end"}),
        ({"amount": 1, "period": "monthly", "start": date(2026, 1, 2)}, set()),
    ],
)
def test_each_field_that_breaks_a_rule_has_a_sentence(values: dict[str, object], fields: set[str]) -> None:
    found = budgets.checked({"name": "x", **values})
    assert (set(found) if isinstance(found, dict) else set()) == fields
