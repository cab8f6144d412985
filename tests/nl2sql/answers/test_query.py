"""Lists of what is not a bill, asked of a real database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from config.access import SYSTEM, Actor
from config.organisation import Budget, Organisation
from db.tables import Insight, Recommendation
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
        ("anomaly", "snoozed", "RDS is down $50 a day", -50, 1),
        ("anomaly", "snoozed", "S3 is up $40 a day", 40, 1),
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
    assert _said("what should I look at?", deps) == said
    assert said in _said("what should I look at today?", deps)
    assert _said("list open insights", deps) == said
    assert _said("which anomalies are open?", deps) == "1 open anomaly: EC2 is up $10 a day."
    assert _said("what is the biggest anomaly?", deps) == "The largest open anomaly: EC2 is up $10 a day."
    assert _said("resolved anomalies", deps) == "1 resolved anomaly: Lambda was up."
    assert _said("anomalies this month", deps).startswith(
        "4 anomalies, 1–3 Nov 2026, the largest: RDS is down $50 a day"
    )
    assert _said("snoozed anomalies", deps).startswith("2 snoozed anomalies: RDS is down $50 a day; S3 is up")
    assert _said("what is waiting for approval?", deps) == "No change waiting for approval."
    assert _said("open remediations", deps) == "No open change."
    assert _said("remediations", deps) == "No change."
    assert "not told apart" in ask("undone anomalies", SYSTEM, None, deps).text


def test_recommendations_are_asked_for_by_kind(deps: Deps) -> None:
    """Idle ones are not the commitments to buy; what one kind saves is added up, and the ledger says what was saved."""
    found = [("stop_idle", "i-1", 200), ("stop_idle", "i-2", 100), ("commitment_gap", "AWS: EC2", 900)]
    with Session(deps.database.app) as session, session.begin():
        session.add_all(
            Recommendation(
                fingerprint=name,
                kind=kind,
                resource_id=name,
                monthly_savings=saves,
                currency="USD",
                current_state="is",
                proposed_state="becomes",
                confidence="high",
            )
            for kind, name, saves in found
        )
    idle = (
        "2 open recommendations, $300 a month together: $200 a month (stop an idle machine i-1); $100 a month (stop an "
        "idle machine i-2)."
    )
    assert _said("what is idle?", deps) == idle
    assert _said("which commitments should we buy?", deps) == (
        "1 open recommendation: $900 a month (commitments for AWS: EC2)."
    )
    assert _said("recommendations", deps).startswith("3 open recommendations: $900 a month")
    assert _said("how much was saved by remediations?", deps).startswith("Nothing is in the savings ledger yet")


def test_a_running_period_ends_with_the_bills(deps: Deps) -> None:
    """The label names no day of which there is no charge; what is over keeps its name."""
    later = replace(deps, today=date(2026, 10, 20))
    assert _said("cost this month", later).endswith("all spend, 1–7 Oct 2026.")
    assert "all spend, September 2026." in _said("cost in september", later)


def test_a_greeting_is_answered_like_one(deps: Deps) -> None:
    """Not with what was not understood of it."""
    assert ask("thanks!", SYSTEM, None, deps).text.startswith("You are welcome. I can tell you")
    assert ask("hello", SYSTEM, None, deps).text.startswith("Ask me what the cloud costs")


def test_a_budget_that_was_not_looked_at_yet_is_no_missing_one(deps: Deps) -> None:
    """The file has it before the first check has run."""
    assert "No budget is set. Set one in finops.yaml" in ask("are we over budget?", SYSTEM, None, deps).text
    budget = Budget(name="all", amount=Decimal(500))
    waiting = replace(deps, organisation=Organisation(budgets=(budget,)))
    assert "1 budget of finops.yaml will be evaluated" in ask("are we over budget?", SYSTEM, None, waiting).text
    nobody = Actor(id="U-NO", sees_all=False, teams=frozenset({"checkout"}))
    assert "No budget is set." in ask("are we over budget?", nobody, None, waiting).text


def test_shares_of_what_is_over_an_amount_are_of_everything(deps: Deps) -> None:
    """The accounts below it are part of the whole, as they are behind the first of a ranking."""
    over = ask("services over $20 in october", SYSTEM, None, deps)
    assert isinstance(over, Answer), over.text
    assert [row[0] for row in over.rows] == ["Amazon Elastic Compute Cloud"]
    accounts = ask("accounts over $1 in october", SYSTEM, None, deps)
    assert isinstance(accounts, Answer), accounts.text
    assert accounts.whole == 155.0
