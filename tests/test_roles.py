"""Every role at every entrance: what the matrix in docs/roles.md says is what
Slack, the API and the command line do.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from typer.testing import CliRunner

import cli
from bot import assistant
from bot.api.app import create_app
from bot.api.auth import tokens
from bot.api.context import Context
from bot.run import serving
from bot.runtime import Runtime
from config.access import ENTRANCES, PERMISSIONS, Action, Actor, Role, matrix
from config.errors import UserError
from config.organisation import Organisation
from config.people import Person
from config.settings import Settings
from db import outbox
from db.database import Database
from db.messages import Answer, BudgetAlert, Message
from db.tables import BudgetRow, FlowRequest, Insight, Question, Remediation, Switch
from domain import flow_requests
from domain.flow_requests import FlowAsk
from domain.insight_cards import card_of
from nl2sql.deps import Deps
from playbooks.approval.lifecycle import propose
from playbooks.schema import read_playbooks
from standins.slack import Handle, Limits, Setup, running_workspace
from standins.slack.model import Person as Member
from tests.bot.builders import plan_of
from tests.bot.conftest import Prefect, connected

ROLES = tuple(Role)
IDS = {role: f"U0{role.value.upper()}" for role in ROLES}
CHANNEL, BOT = "C0FINOPS01", "<@U0FINOPS01>"
FLOW = "ingest_costs/ingest_costs"
_numbers = itertools.count(1)


@dataclass
class House:
    """One bot on one workspace and one database, with a person of each role."""

    slack: Handle
    bot: Runtime
    api: TestClient
    headers: dict[Role, dict[str, str]]
    environment: dict[str, str]

    def command(self, role: Role, *arguments: str) -> str:
        """What the command says, or why it refuses."""
        done = CliRunner().invoke(cli.app, [*arguments, "--as", IDS[role]], env=self.environment)
        if done.exception is not None and not isinstance(done.exception, UserError | SystemExit):
            raise done.exception
        return done.output + str(done.exception or "")

    def told(self, person: str, act: Callable[[], Any]) -> str:
        """The private sentence that an act leads to, or the window it opens."""
        if self.slack.view(person):
            self.slack.close_view(person)
        before = len(self.slack.ephemerals(person))
        act()
        self.slack.wait_until(lambda: len(self.slack.ephemerals(person)) > before or self.slack.view(person))
        news = self.slack.ephemerals(person)[before:]
        return str(news[0]["text"]) if news else "a window"

    def card(self, message: Message, word: str) -> str:
        """Post a card and give its ts."""
        key = f"card:{next(_numbers)}"
        with self.bot.session() as session:
            outbox.enqueue(session, CHANNEL, message, key)
        return str(
            self.slack.wait_for_message(lambda message: word in str(message) and key in str(message.get("metadata")))[
                "ts"
            ]
        )


@pytest.fixture(scope="module")
def people() -> Organisation:
    """Somebody of each role, all of one team."""
    return Organisation(
        people=tuple(
            Person(id=IDS[role], name=role.value.title(), roles=(role,), teams=("checkout",), approves_teams=("*",))
            for role in ROLES
        )
    )


@pytest.fixture
def house(settings: Settings, people: Organisation, clean_database: Database, tmp_path: Path) -> Iterator[House]:
    """Where everybody sees everything."""
    with opened(settings, people, clean_database, tmp_path) as house:
        yield house


@pytest.fixture
def narrow_house(settings: Settings, people: Organisation, clean_database: Database, tmp_path: Path) -> Iterator[House]:
    """Where people see their own teams."""
    with opened(settings, people.model_copy(update={"visibility": "own_teams"}), clean_database, tmp_path) as house:
        yield house


@contextmanager
def opened(settings: Settings, people: Organisation, clean_database: Database, tmp_path: Path) -> Iterator[House]:
    """Everything real but Prefect, which only notes what it is asked to start."""
    config = tmp_path / "finops.yaml"
    known = [person.model_dump(mode="json") for person in people.people]
    config.write_text(yaml.safe_dump({"visibility": people.visibility, "people": known}))
    members = tuple(Member(IDS[role], role.value, role.value.title()) for role in ROLES)
    pace = Limits(messages_per_second=200, burst=200, tiers=False)
    context = Context(settings, people, clean_database, Deps(clean_database, settings, people))
    headers = {role: _header(clean_database, IDS[role]) for role in ROLES}
    side = assistant.connect(settings, people, clean_database)
    environment = {"FINOPS_HOME": str(settings.home), "FINOPS_CONFIG": str(config)}
    with (
        running_workspace(Setup(people=members, limits=pace)) as slack,
        serving(connected(settings, slack), people, clean_database, side, Prefect().start) as bot,
        TestClient(create_app(context)) as api,
    ):
        slack.wait_for_socket()
        yield House(slack, bot, api, headers, environment)


def _header(database: Database, person: str) -> dict[str, str]:
    with Session(database.app) as session, session.begin():
        token = tokens.issue(session, person, tokens.SCOPES, datetime.now(UTC), timedelta(days=1), "test")
    return {"Authorization": f"Bearer {token}"}


# ------------------------------------------------------------------ Slack: whether somebody of the role could


def slack_ask(house: House, role: Role) -> bool:
    asked = house.slack.post_as(IDS[role], "#finops", f"{BOT} what did we spend last month?")
    return "No bills are loaded" in house.slack.wait_for_reply(asked["ts"])["text"]


def slack_read(house: House, role: Role) -> bool:
    _insight(house)
    return "RDS is up" in house.told(IDS[role], lambda: house.slack.slash(IDS[role], "/finops", "insights"))


def slack_subscribe(house: House, role: Role) -> bool:
    return house.told(IDS[role], lambda: house.slack.slash(IDS[role], "/finops", "subscribe")) == "a window"


def slack_triage(house: House, role: Role) -> bool:
    ts = house.card(card_of(_insight(house), None), "RDS is up")
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
    number = next(_numbers)
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
    insight = _insight(house)
    insight.playbook = "no-such-playbook"
    ts = house.card(card_of(insight, None), "RDS is up")
    return "No playbook fits" in house.told(IDS[role], lambda: house.slack.click(IDS[role], ts, "insight_propose"))


def slack_approve(house: House, role: Role) -> bool:
    made = _proposal(house)
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
    reference = _question(house)
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
        Answer(
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


def api_triage(house: House, role: Role) -> bool:
    return _calls("PATCH", f"/insights/{_insight(house).id}", {"status": "acknowledged"})(house, role)


def api_approve(house: House, role: Role) -> bool:
    return _calls("POST", f"/remediations/{_proposal(house)}/decision", {"decision": "approve"})(house, role)


# ------------------------------------------------------------------ the command line


def _runs(allowed: str, *arguments: str) -> Callable[[House, Role], bool]:
    def run(house: House, role: Role) -> bool:
        said = house.command(role, *arguments)
        assert (allowed in said) != ("needs the role" in said), said
        return allowed in said

    return run


def cli_read(house: House, role: Role) -> bool:
    _insight(house)
    return "RDS" in house.command(role, "insights") and "[" in house.command(role, "kpis", "--format", "json")


def cli_approve(house: House, role: Role) -> bool:
    return "is approved" in house.command(role, "remediations", "approve", str(_proposal(house)))


def cli_promote(house: House, role: Role) -> bool:
    return "is a golden question now" in house.command(role, "questions", "--promote", _question(house))


PROBES: dict[tuple[Action, str], Callable[[House, Role], bool]] = {
    (Action.ASK, "slack"): slack_ask,
    (Action.ASK, "api"): _calls("POST", "/ai/query", {"question": "what did we spend last month?"}),
    (Action.ASK, "cli"): _runs("No bills are loaded", "ask", "what did we spend last month?"),
    (Action.READ, "slack"): slack_read,
    (Action.READ, "api"): _calls("GET", "/insights"),
    (Action.READ, "cli"): cli_read,
    (Action.SUBSCRIBE, "slack"): slack_subscribe,
    (Action.TRIAGE_INSIGHT, "slack"): slack_triage,
    (Action.TRIAGE_INSIGHT, "api"): api_triage,
    (Action.EDIT_BUDGET, "slack"): slack_budget,
    (Action.EDIT_BUDGET, "api"): _calls("PUT", "/budgets/mine", {"amount": 5}),
    (Action.REQUEST_FLOW, "slack"): slack_request,
    (Action.RUN_FLOW, "slack"): slack_run,
    (Action.RUN_FLOW, "cli"): _runs("/nowhere/bill.csv", "ingest", "/nowhere/bill.csv"),
    (Action.REQUEST_REMEDIATION, "slack"): slack_propose,
    (Action.REQUEST_REMEDIATION, "cli"): _runs("no-such-playbook", "playbooks", "plan", "no-such-playbook"),
    (Action.APPROVE_REMEDIATION, "slack"): slack_approve,
    (Action.APPROVE_REMEDIATION, "api"): api_approve,
    (Action.APPROVE_REMEDIATION, "cli"): cli_approve,
    (Action.STOP_ALL, "slack"): slack_stop,
    (Action.PROMOTE_QUESTION, "slack"): slack_promote,
    (Action.PROMOTE_QUESTION, "cli"): cli_promote,
    (Action.READ_AUDIT, "api"): _calls("GET", "/audit"),
    (Action.READ_AUDIT, "cli"): _runs("unbroken", "audit", "verify"),
    (Action.MANAGE_TOKENS, "cli"): _runs("fops_", "tokens", "issue", IDS[Role.VIEWER]),
}


def _insight(house: House, team: str = "checkout", title: str = "RDS is up $9 a day") -> Insight:
    with Session(house.bot.database.app, expire_on_commit=False) as session, session.begin():
        row = Insight(
            fingerprint=str(next(_numbers)),
            kind="anomaly",
            severity="high",
            title=title,
            team=team,
            currency="USD",
            impact_amount=Decimal(9),
        )
        session.add(row)
    return row


def _proposal(house: House) -> int:
    with house.bot.session() as session:
        book = read_playbooks()["ec2-stop-idle"]
        return int(
            propose(session, plan_of("ec2-stop-idle", 1), book, "U0SOMEBODY", datetime.now(UTC), channel=CHANNEL).id
        )


def _question(house: House) -> str:
    reference = f"Q{next(_numbers):04d}"
    with Session(house.bot.database.app) as session, session.begin():
        answer = {"outcome": "answer", "text": "$5"}
        session.add(
            Question(
                reference=reference,
                asker=IDS[Role.VIEWER],
                question=f"cost {reference}",
                outcome="answer",
                sql="SELECT 5",
                answer=answer,
            )
        )
    return reference


@pytest.mark.parametrize("entrance", ["slack", "api", "cli"])
def test_every_cell_of_the_matrix_holds(house: House, entrance: str) -> None:
    """Each action as each role, really done at the entrance; somebody without the permission is refused."""
    probes = {action: probe for (action, where), probe in PROBES.items() if where == entrance}
    found = {(action, role): probe(house, role) for action, probe in probes.items() for role in ROLES}
    assert found == {(action, role): action in PERMISSIONS[role] for action in probes for role in ROLES}


def test_other_teams_are_hidden_at_every_entrance(narrow_house: House) -> None:
    """From everybody but an admin: what they may see is theirs, wherever they look."""
    _insight(narrow_house, title="mine is up")
    other = _insight(narrow_house, "search", "canary is up")
    ts = narrow_house.card(card_of(other, None), "canary is up")
    for role in (Role.OPERATOR, Role.ADMIN):
        person = IDS[role]
        api = narrow_house.api.get("/api/v1/insights", headers=narrow_house.headers[role]).text
        one = narrow_house.api.get(f"/api/v1/insights/{other.id}", headers=narrow_house.headers[role])
        shown = {
            "slack": narrow_house.told(
                person,
                lambda person=person: narrow_house.slack.slash(person, "/finops", "insights"),  # type: ignore[misc]
            ),
            "api": api,
            "command line": narrow_house.command(role, "insights", "--format", "json"),
        }
        assert {where: "mine is up" in text for where, text in shown.items()} == dict.fromkeys(shown, True)
        assert {where: "canary" in text for where, text in shown.items()} == dict.fromkeys(shown, role is Role.ADMIN)
        assert one.status_code == (200 if role is Role.ADMIN else 404)
    pressed = narrow_house.told(
        IDS[Role.MEMBER], lambda: narrow_house.slack.click(IDS[Role.MEMBER], ts, "insight_investigate")
    )
    assert "a team whose costs you may not see" in pressed


def test_every_entrance_of_the_page_is_called() -> None:
    """What the page says can be done somewhere is tried there, and nothing else."""
    named = {
        (action, name)
        for action, where in ENTRANCES.items()
        for name in ("slack", "api", "cli")
        if getattr(where, name)
    }
    assert named == set(PROBES)
    assert set(ENTRANCES) == set(Action)


def test_the_page_is_made_from_the_code() -> None:
    """`finops config roles > docs/roles.md` makes it anew."""
    page = Path(__file__).resolve().parent.parent / "docs" / "roles.md"
    assert page.read_text(encoding="utf-8").strip() == matrix().strip()


def test_nobody_is_less_than_a_viewer_and_an_unknown_person_is_one() -> None:
    """In Slack; the API does not know them."""
    assert Organisation().actor("U0STRANGER").roles == {Role.VIEWER}
    assert replace(Organisation().actor("U0STRANGER"), roles=frozenset()).roles == frozenset()
    assert not Organisation().knows("U0STRANGER")


def test_an_approver_is_one_for_teams_and_playbooks(clean_database: Database) -> None:
    """By team, by playbook, by both, or for any; nobody else."""
    from config.access import Allowed, approves

    def may(**named: Any) -> bool:
        given: dict[str, Any] = {key: frozenset(value) for key, value in named.items()}
        actor = Actor(id="U", roles=frozenset({Role.APPROVER}), **given)
        return isinstance(approves(actor, "checkout", "ec2-stop-idle"), Allowed)

    assert may(approves_teams=["checkout"])
    assert may(approves_playbooks=["ec2-stop-idle"])
    assert may(approves_teams=["*"])
    assert may(teams=["checkout"])
    assert not may(approves_teams=["search"], teams=["checkout"])
    assert not may(approves_playbooks=["rds-stop-idle"])
    assert not may()
