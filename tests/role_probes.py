"""Whether somebody of a role can do each thing, at each entrance: Slack, the API, the command line."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Permission, Role
from db.outgoing.messages import AnswerCard, BudgetAlert
from db.tables import BudgetRow, FlowRequest, Remediation, Switch
from domain.flows import flow_requests
from domain.flows.flow_requests import FlowAsk
from domain.messages.insight_cards import card_of
from tests.role_house import BOT, CHANNEL, IDS, House, insight_of, numbers, proposal_of, question_of

FLOW = "ingest_costs/ingest_costs"


# ------------------------------------------------------------------ Slack: whether somebody of the role could


def slack_ask(house: House, role: Role) -> bool:
    asked = house.slack.post_as(IDS[role], "#finops", f"{BOT} what did we spend last month?")
    return "No bills are loaded" in house.slack.wait_for_reply(asked["ts"])["text"]


def slack_read(house: House, role: Role) -> bool:
    insight_of(house)
    return "RDS is up" in house.told(IDS[role], lambda: house.slack.slash(IDS[role], "/finops", "insights"))


def slack_subscribe(house: House, role: Role) -> bool:
    return house.told(IDS[role], lambda: house.slack.slash(IDS[role], "/finops", "subscribe")) == "a window"


def slack_triage(house: House, role: Role) -> bool:
    ts = house.card(card_of(insight_of(house), None), "RDS is up")
    return house.told(IDS[role], lambda: house.slack.click(IDS[role], ts, "insight_snooze")) == "a window"


def slack_budget(house: House, role: Role) -> bool:
    with Session(house.bot.database.app) as session, session.begin():
        session.merge(BudgetRow(name="payments", scope={}, amount=Decimal(90_000), currency="USD", origin="slack"))
    ts = house.card(
        BudgetAlert(
            type="budget",
            budget="payments",
            scope="payments",
            amount=90_000,
            spent=58_200,
            forecast=96_000,
            currency="USD",
            crosses_on="2026-11-27",
        ),
        "payments will pass",
    )
    return house.told(IDS[role], lambda: house.slack.click(IDS[role], ts, "budget_change")) == "a window"


def slack_request(house: House, role: Role) -> bool:
    def requested() -> list[FlowRequest]:
        with Session(house.bot.database.app) as session:
            return list(session.scalars(sa.select(FlowRequest).where(FlowRequest.requested_by == IDS[role])))

    before = len(house.slack.ephemerals(IDS[role]))
    house.slack.slash(IDS[role], "/finops", "refresh")
    house.slack.wait_until(lambda: requested() or len(house.slack.ephemerals(IDS[role])) > before)
    made = bool(requested())
    with Session(house.bot.database.app) as session, session.begin():
        session.execute(sa.delete(FlowRequest))
    return made


def slack_run(house: House, role: Role) -> bool:
    number = next(numbers)
    asker = Actor(id="U0SOMEBODY", name="Somebody", roles=frozenset({Role.MEMBER}))
    with house.bot.session() as session:
        ask = FlowAsk(FLOW, {"source": f"bill-{number}"}, f"Refresh bill-{number}")
        made = flow_requests.request(session, ask, asker, datetime.now(UTC), CHANNEL, None, ())
    assert isinstance(made, flow_requests.Waiting)
    ts = house.slack.wait_for_message(lambda message: f"bill-{number}" in str(message["blocks"]))["ts"]

    def state() -> str:
        with Session(house.bot.database.app) as session:
            return str(session.scalar(sa.select(FlowRequest.state).where(FlowRequest.id == made.request_id)))

    before = len(house.slack.ephemerals(IDS[role]))
    house.slack.click(IDS[role], ts, "request_approve")
    house.slack.wait_until(lambda: state() != "requested" or len(house.slack.ephemerals(IDS[role])) > before)
    return state() != "requested"


def slack_propose(house: House, role: Role) -> bool:
    insight = insight_of(house)
    insight.playbook = "no-such-playbook"
    ts = house.card(card_of(insight, None), "RDS is up")
    return "No playbook fits" in house.told(IDS[role], lambda: house.slack.click(IDS[role], ts, "insight_propose"))


def slack_approve(house: House, role: Role) -> bool:
    made = proposal_of(house)
    ts = house.slack.wait_for_message(
        lambda message: (
            f'"{made}"' in str(message["blocks"]).replace("'", '"') and "remediation_approve" in str(message["blocks"])
        )
    )["ts"]

    def state() -> str:
        with Session(house.bot.database.app) as session:
            return str(session.scalar(sa.select(Remediation.state).where(Remediation.id == made)))

    before = len(house.slack.ephemerals(IDS[role]))
    house.slack.click(IDS[role], ts, "remediation_approve")
    house.slack.wait_until(lambda: state() != "proposed" or len(house.slack.ephemerals(IDS[role])) > before)
    return state() != "proposed"


def slack_stop(house: House, role: Role) -> bool:
    said = house.told(IDS[role], lambda: house.slack.slash(IDS[role], "/finops", "stop-all"))
    with Session(house.bot.database.app) as session, session.begin():
        session.execute(sa.delete(Switch))
    return "All remediation is stopped" in said


def slack_promote(house: House, role: Role) -> bool:
    reference = question_of(house)
    result = {
        "outcome": "answer",
        "text": f"$5 of {reference}",
        "columns": ["cost"],
        "rows": [[5.0]],
        "sql": "SELECT 5",
        "metric": "effective",
        "currency": "USD",
    }
    ts = house.card(
        AnswerCard(
            type="answer",
            result={**result, "as_of": "2026-11-01", "translator": "offline"},
            reference=reference,
            asked=None,
        ),
        reference,
    )
    return "an example" in house.told(
        IDS[role], lambda: house.slack.click(IDS[role], ts, "answer_feedback", f"{reference}:yes")
    )


# ------------------------------------------------------------------ the API


def _calls(method: str, path: str, body: Any = None) -> Callable[[House, Role], bool]:
    def call(house: House, role: Role) -> bool:
        answer = house.api.request(method, f"/api/v1{path}", json=body, headers=house.headers[role])
        assert answer.status_code in (200, 201, 403), answer.text
        return answer.status_code != 403

    return call


def api_subscribe(house: House, role: Role) -> bool:
    body = {"question": "top 5 services last month"}
    status = house.api.post("/api/v1/subscriptions", json=body, headers=house.headers[role]).status_code
    assert status in (403, 409)  # this API has no Slack beside it
    return status == 409


def api_triage(house: House, role: Role) -> bool:
    return _calls("PATCH", f"/insights/{insight_of(house).id}", {"status": "acknowledged"})(house, role)


def api_approve(house: House, role: Role) -> bool:
    return _calls("POST", f"/remediations/{proposal_of(house)}/decision", {"decision": "approve"})(house, role)


# ------------------------------------------------------------------ the command line


def _runs(allowed: str, *arguments: str) -> Callable[[House, Role], bool]:
    def run(house: House, role: Role) -> bool:
        said = house.command(role, *arguments)
        assert (allowed in said) != ("needs the role" in said), said
        return allowed in said

    return run


def cli_read(house: House, role: Role) -> bool:
    insight_of(house)
    return "RDS" in house.command(role, "insights") and "[" in house.command(role, "kpis", "--format", "json")


def cli_approve(house: House, role: Role) -> bool:
    return "is approved" in house.command(role, "remediations", "approve", str(proposal_of(house)))


def cli_promote(house: House, role: Role) -> bool:
    return "is a golden question now" in house.command(role, "questions", "--promote", question_of(house))


def slack_teach(house: House, role: Role) -> bool:
    said = house.told(IDS[role], lambda: house.slack.slash(IDS[role], "/finops", "teach phoenix = payments"))
    return "needs the role" not in said


PROBES: dict[tuple[Permission, str], Callable[[House, Role], bool]] = {
    (Permission.ASK, "slack"): slack_ask,
    (Permission.ASK, "api"): _calls("POST", "/ai/query", {"question": "what did we spend last month?"}),
    (Permission.ASK, "cli"): _runs("No bills are loaded", "ask", "what did we spend last month?"),
    (Permission.READ, "slack"): slack_read,
    (Permission.READ, "api"): _calls("GET", "/insights"),
    (Permission.READ, "cli"): cli_read,
    (Permission.SUBSCRIBE, "slack"): slack_subscribe,
    (Permission.TRIAGE_INSIGHT, "slack"): slack_triage,
    (Permission.SUBSCRIBE, "api"): api_subscribe,
    (Permission.TRIAGE_INSIGHT, "api"): api_triage,
    (Permission.EDIT_BUDGET, "slack"): slack_budget,
    (Permission.EDIT_BUDGET, "api"): _calls("PUT", "/budgets/mine", {"amount": 5}),
    (Permission.REQUEST_FLOW, "slack"): slack_request,
    (Permission.RUN_FLOW, "slack"): slack_run,
    (Permission.RUN_FLOW, "api"): _calls("GET", "/admin/loads"),
    (Permission.RUN_FLOW, "cli"): _runs("/nowhere/bill.csv", "ingest", "/nowhere/bill.csv"),
    (Permission.REQUEST_REMEDIATION, "slack"): slack_propose,
    (Permission.REQUEST_REMEDIATION, "cli"): _runs("no-such-playbook", "playbooks", "plan", "no-such-playbook"),
    (Permission.APPROVE_REMEDIATION, "slack"): slack_approve,
    (Permission.APPROVE_REMEDIATION, "api"): api_approve,
    (Permission.APPROVE_REMEDIATION, "cli"): cli_approve,
    (Permission.STOP_ALL, "slack"): slack_stop,
    (Permission.TEACH, "slack"): slack_teach,
    (Permission.PROMOTE_QUESTION, "slack"): slack_promote,
    (Permission.PROMOTE_QUESTION, "cli"): cli_promote,
    (Permission.READ_AUDIT, "api"): _calls("GET", "/audit"),
    (Permission.READ_AUDIT, "cli"): _runs("unbroken", "audit", "verify"),
    (Permission.MANAGE_TOKENS, "cli"): _runs("fops_", "tokens", "issue", IDS[Role.VIEWER]),
}
