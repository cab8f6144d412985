"""Kill, restart and tear what runs, while people ask, approve and load: python -m benchmarks.chaos [SECONDS] [--seed N]
[--runs N]. Sixty seconds when none are given; run N+1 has the next seed.

Two bots and the flows are `finops run` and `finops flows serve`, started again when they end, as Kubernetes does; the
Postgres, the Prefect server, the OpenBao with Slack's tokens and the loads are real, Slack and the cloud are the
stand-ins. The seed decides what breaks and when: processes are killed or asked to end, connections cut, the vault is
sealed, Slack's answers fail, files are torn, today is another day, and the disk fills where root runs this, for then
the home has one of its own. Then all is left alone, and the bars are: every question has one answer or one apology, no
message came twice or is left, every plan was carried out at most once and none is stuck, the audit log is whole, and
the books are those of one load of the bills. The system's clock does not jump; `tests/bot/test_faults.py` does that.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import cloud_of
from benchmarks.chaos_faults import break_things
from benchmarks.chaos_scene import Scene, started
from config.organisation import read_organisation
from config.settings import read_settings
from db import audit
from db.database import Database
from db.tables import OutboxMessage, Remediation, Resource
from demo.stack import ORGANISATION
from playbooks.proposals.plan import Target
from playbooks.proposals.proposing import propose_targets
from playbooks.schema import read_playbooks
from standins.slack import Handle
from standins.slack.people.gestures import NotThereError

PEOPLE, APPROVERS = ("U0MAYA0001", "U0TOMAS001", "U0JONAS001"), ("U0PRIYA001", "U0TOMAS001")
_QUESTIONS = (
    "what did we spend last month?",
    "top 5 services this month",
    "cost by team last month",
    "how much did payments spend last month?",
    "frobnicate the quux",  # for which there is an apology
)
_PATIENCE = 480.0  # seconds after the last fault until all has settled; a killed run is looked for after five minutes
_ENVIRONMENTS = ("dev", "staging", "sandbox", "test")


# ------------------------------------------------------------------ what goes on


def _ask(scene: Scene, until: float) -> None:
    bot, choice = scene.slack.workspace.app.bot_user, random.Random(1)
    while time.monotonic() < until:
        posted = scene.slack.post_as(choice.choice(PEOPLE), "#finops", f"<@{bot}> {choice.choice(_QUESTIONS)}")
        scene.asked.append(str(posted["ts"]))
        time.sleep(1.5)


def _approve(scene: Scene, until: float) -> None:
    """Two people press whatever may be approved, at nearly the same moment, and again."""
    while time.monotonic() < until:
        for ts, plan in list(_approvable(scene.slack)):
            scene.cards.setdefault(plan, set()).add(ts)
            for person in APPROVERS:
                with suppress(NotThereError):  # the card was replaced meanwhile
                    scene.slack.click(person, ts, "remediation_approve")
        time.sleep(2)


def _approvable(slack: Handle) -> Iterator[tuple[str, str]]:
    """Where each card with an Approve button stands, and of which plan it is."""
    for message in _messages(slack):
        for block in message.get("blocks") or []:
            for element in block.get("elements") or []:
                if element.get("action_id") == "remediation_approve":
                    yield str(message["ts"]), str(element["value"])


def _messages(slack: Handle) -> list[dict[str, Any]]:
    return [
        message
        for conversation in list(slack.workspace.store.conversations.values())
        for message in list(conversation.messages.values())
    ]


def _load(scene: Scene, until: float) -> None:
    """The same bills again and again, each time by a process that may be killed."""
    while time.monotonic() < until:
        command = [sys.executable, "-m", "cli", "ingest", str(scene.bills)]
        with (scene.home / "logs" / "load.log").open("ab") as log:
            scene.loader = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            scene.loader.wait()
        time.sleep(3)


def _propose(scene: Scene) -> None:
    """Some machines to stop, a plan each."""
    settings, organisation = read_settings(), read_organisation(ORGANISATION)
    cloud, book = cloud_of(settings, organisation.remediation), read_playbooks()["ec2-stop-idle"]
    with Session(scene.database.app) as session, session.begin():
        machines = session.scalars(
            sa.select(Resource)
            .where(Resource.resource_id.startswith("i-"), Resource.environment.in_(_ENVIRONMENTS), Resource.team != "")
            .order_by(Resource.resource_id)
            .limit(8)
        ).all()
        for one in machines:
            target = Target(
                one.resource_id,
                one.resource_name or "",
                one.account_id or "",
                one.account or "",
                one.region or "",
                one.team,
                one.environment,
                120.0,
                evidence="peak CPU 1 %",
            )  # fmt: skip - a table
            propose_targets(session, book, [target], cloud, organisation, "U0MAYA0001", datetime.now(UTC))


# ------------------------------------------------------------------ what has to be true


def _unsettled(scene: Scene) -> dict[str, int]:
    """What is still on its way, by what it is."""
    replies = _replies(scene.slack)
    with Session(scene.database.app) as session:
        count = sa.func.count()
        return {
            "questions without an answer": sum(not replies[ts] for ts in scene.asked),
            "messages that wait": session.scalar(
                sa.select(count).where(OutboxMessage.delivered_at.is_(None), OutboxMessage.failed_at.is_(None))
            )
            or 0,
            "plans in hand": session.scalar(
                sa.select(count).select_from(Remediation).where(Remediation.state.in_(("approved", "running")))
            )
            or 0,
        }


def _replies(slack: Handle) -> Counter[str]:
    bot = slack.workspace.app.bot_id
    return Counter(m["thread_ts"] for m in _messages(slack) if m.get("bot_id") == bot and m.get("thread_ts"))


def _settle(scene: Scene) -> dict[str, int]:
    deadline = time.monotonic() + _PATIENCE
    left: dict[str, int] = {"everything": 1}
    while any(left.values()) and time.monotonic() < deadline:
        time.sleep(1)
        with suppress(sa.exc.SQLAlchemyError):
            left = _unsettled(scene)
    time.sleep(3)  # in which something would come twice
    return {what: count for what, count in left.items() if count}


def _wrong(scene: Scene, left: dict[str, int], stops: Counter[str], before: dict[str, str]) -> list[str]:
    """What is not as it has to be, in words."""
    replies = _replies(scene.slack)
    with Session(scene.database.app) as session:
        states = Counter(session.scalars(sa.select(Remediation.state)))
        verdict = audit.verify(session, audit.heads_in(scene.home))
        quarantined = session.scalar(sa.select(sa.func.count()).where(OutboxMessage.quarantined_at.is_not(None)))
    print(f"plans: {dict(states)}; machines stopped: {len(stops)}; audit log: {verdict}")
    return [
        *(f"{count} {what}" for what, count in left.items()),
        *(f"a question has {replies[ts]} answers" for ts in scene.asked if replies[ts] > 1),
        *(f"plan {plan} has {len(cards)} cards" for plan, cards in scene.cards.items() if len(cards) > 1),
        *(f"{machine} was told to stop {count} times" for machine, count in stops.items() if count > 1),
        *([f"{quarantined} messages are in quarantine"] if quarantined else []),
        *([] if isinstance(verdict, audit.Intact) else [f"the audit log is broken: {verdict}"]),
        *([] if _books(scene.database) == before else [f"the books are {_books(scene.database)}, not {before}"]),
    ]


def _books(database: Database) -> dict[str, str]:
    """Cost and rows by provider, as the answers are made of."""
    statement = sa.text("SELECT provider, sum(billed_cost), count(*) FROM finops.daily_costs GROUP BY provider")
    with database.app.connect() as connection:
        return {provider: f"{cost:.4f} in {rows} rows" for provider, cost, rows in connection.execute(statement)}


# ------------------------------------------------------------------ a run


def run(seed: int, seconds: float) -> bool:
    """One run; whether nothing was wrong."""
    stops: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="finops-chaos-") as folder, ExitStack() as stack:
        scene = started(Path(folder), seed, stack, stops)
        before = _books(scene.database)
        _propose(scene)
        until = time.monotonic() + seconds
        people = [threading.Thread(target=work, args=(scene, until)) for work in (_ask, _approve, _load)]
        for thread in people:
            thread.start()
        break_things(scene, until)
        for thread in people:
            thread.join()
        scene.slack.faults.queued.clear()
        scene.slack.faults.duplicate_events = 0
        (scene.home / "today").write_text("")
        _approve(scene, time.monotonic() + 10)
        wrong = _wrong(scene, _settle(scene), stops, before)
        starts = sum(member.starts for member in (*scene.bots, scene.flows))
    print(f"seed {seed}, {seconds:g} s: {len(scene.asked)} questions, {starts} starts; {dict(scene.done)}")
    print("\n".join(wrong) if wrong else "ok", flush=True)
    return not wrong


def main() -> int:
    """Exit 0 when nothing was wrong in any run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    wrong = [seed for seed in range(given.seed, given.seed + given.runs) if not run(seed, given.seconds)]
    if wrong:
        print(f"seeds with something wrong: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
