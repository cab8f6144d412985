"""Lists of what is not a bill, asked of a real database."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from config.access import SYSTEM, Actor
from config.organisation import Budget, Organisation
from db.tables import Insight
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask
from nl2sql.deps import Deps


def _said(question: str, deps: Deps) -> str:
    outcome = ask(question, SYSTEM, None, deps)
    assert isinstance(outcome, Answer), outcome.text
    return outcome.text


def test_findings_are_asked_for_by_their_state(deps: Deps) -> None:
    """What is open unless another state or a period is named; a month of 10 a day is worth more than 200 a month."""
    found = [
        ("anomaly", "open", "EC2 is up $10 a day", 10, 2),
        ("idle", "open", "Stop i-1: saves $200 a month", 200, 2),
        ("anomaly", "resolved", "Lambda was up", 30, 1),
    ]
    with Session(deps.database.app) as session, session.begin():
        session.add_all(
            Insight(
                fingerprint=title,
                kind=kind,
                severity="high",
                status=status,
                title=title,
                impact_amount=impact,
                currency="USD",
                detected_at=datetime(2026, 11, day, 8, tzinfo=UTC),
            )
            for kind, status, title, impact, day in found
        )
    said = "2 open insights: EC2 is up $10 a day; Stop i-1: saves $200 a month."
    assert _said("what should I look at today?", deps) == said
    assert _said("list open insights", deps) == said
    assert _said("which anomalies are open?", deps) == "1 open anomaly: EC2 is up $10 a day."
    assert _said("what is the biggest anomaly?", deps) == "The largest open anomaly: EC2 is up $10 a day."
    assert _said("resolved anomalies", deps) == "1 resolved anomaly: Lambda was up."
    assert _said("anomalies this month", deps).startswith("2 anomalies, 1–3 Nov 2026: Lambda was up")
    assert _said("what is waiting for approval?", deps) == "No change waiting for approval."
    assert "not told apart" in ask("undone anomalies", SYSTEM, None, deps).text


def test_a_budget_that_was_not_looked_at_yet_is_no_missing_one(deps: Deps) -> None:
    """The file has it before the first check has run."""
    assert "No budget is set. Set one in finops.yaml" in ask("are we over budget?", SYSTEM, None, deps).text
    budget = Budget(name="all", amount=Decimal(500))
    waiting = replace(deps, organisation=Organisation(budgets=(budget,)))
    assert "1 budget of finops.yaml will be evaluated" in ask("are we over budget?", SYSTEM, None, waiting).text
    nobody = Actor(id="U-NO", sees_all=False, teams=frozenset({"checkout"}))
    assert "No budget is set." in ask("are we over budget?", nobody, None, waiting).text
