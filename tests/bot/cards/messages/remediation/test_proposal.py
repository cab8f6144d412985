"""What a proposal's card and its run say at each moment of its life."""

from typing import Any

import pytest

from bot.cards.messages.remediation import proposal
from tests.bot.cards.builders import remediation_of

APPROVED = [{"actor": "U0PRIYA001", "name": "Priya", "at": "2026-11-23T10:06:00+00:00"}]
HEADLINE = "Stop {count} idle EC2 instance{s}"


def texts(card: dict[str, Any]) -> str:
    return str(card["blocks"])


def buttons(card: dict[str, Any]) -> list[str]:
    [row] = [block for block in card["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for element in row["elements"]]


@pytest.mark.parametrize(
    ("count", "says"),
    [(4, "Stop 4 idle EC2 instances in sandbox: saves $612 a month"), (1, "Stop 1 idle EC2 instance in sandbox")],
)
def test_the_first_line_is_the_answer(count: int, says: str) -> None:
    """What, how many, where, and what it is worth."""
    assert proposal.card(remediation_of("sandbox", count, headline=HEADLINE))["text"].startswith(says)


def test_those_who_can_approve_are_mentioned_and_who_asked_is_named() -> None:
    """Nobody else is mentioned."""
    card = proposal.card(remediation_of("sandbox", approvers=["U0PRIYA001", "U0JONAS001"], requester_name="Maya"))
    assert "Asked for by Maya. 1 approval needed from <@U0PRIYA001> or <@U0JONAS001>, not from the requester" in texts(
        card
    )
    assert "<@U0MAYA0001>" not in texts(card)
    assert buttons(card) == ["Approve", "Choose…", "Reject…", "Snooze…", "See plan"]


@pytest.mark.parametrize(("count", "says"), [(4, True), (1, False)])
def test_an_approval_is_for_up_to_so_many(count: int, says: bool) -> None:
    """Who approves several reads that those which change until then are skipped."""
    told = "Up to 4: one that has changed, vanished or got protected by then is skipped." in texts(
        proposal.card(remediation_of("sandbox", count))
    )
    assert told is says


@pytest.mark.parametrize(
    ("state", "ticket", "says"),
    [
        (
            "ticket",
            {"state": "wanted", "name": "platform/infra", "url": None},
            "A ticket is being opened in platform/infra",
        ),
        (
            "ticket",
            {"state": "open", "name": "platform/infra#12", "url": "https://x/12"},
            "<https://x/12|platform/infra#12>: open",
        ),
        ("ticket", {"state": "applied", "name": "FIN-7", "url": "https://x/7"}, "what it asks for was done"),
        ("closed", {"state": "closed", "name": "FIN-7", "url": "https://x/7"}, "<https://x/7|FIN-7> is closed"),
    ],
)
def test_where_nothing_is_changed_the_card_names_the_ticket(state: str, ticket: dict[str, Any], says: str) -> None:
    """There is nothing to approve."""
    card = proposal.card(remediation_of("sandbox", state=state, ticket=ticket))
    assert says in texts(card)
    assert buttons(card) == ["See plan"]


def test_what_destroys_asks_and_a_single_resource_is_not_chosen_from() -> None:
    """Approve… opens the modal; there is nothing to choose from one."""
    assert buttons(proposal.card(remediation_of("x", 1, typed_confirmation=True)))[0:2] == ["Approve…", "Reject…"]


@pytest.mark.parametrize(
    ("state", "more", "says", "shown"),
    [
        ("running", {}, "→ 0 of 4 done", ["See plan"]),
        (
            "succeeded",
            {"seconds": 41.2, "can_undo": True, "flow_run_url": "http://p/1"},
            "→ done in 41 s",
            ["Undo", "Prefect run", "See plan"],
        ),
        (
            "partial",
            {"reason": "web-3: denied", "can_undo": True},
            "done in part: 0 of 4: web-3: denied",
            ["Undo", "See plan"],
        ),
        (
            "unknown",
            {"reason": "web-3: lost"},
            "not known how it ended, somebody has to look: web-3: lost",
            ["Check again", "See plan"],
        ),
        ("void", {"reason": "the world changed"}, "Not carried out: the world changed", ["See plan"]),
        (
            "succeeded",
            {"savings": "the bill decides after 7 Dec what was saved"},
            "The bill decides after 7 Dec what was saved.",
            ["See plan"],
        ),
    ],
)
def test_the_same_card_follows_what_became_of_it(state: str, more: dict[str, Any], says: str, shown: list[str]) -> None:
    """With the buttons that make sense then."""
    card = proposal.card(remediation_of("sandbox", state=state, approvals=APPROVED, **more))
    assert says in texts(card)
    assert buttons(card) == shown


def test_a_link_that_is_no_web_page_is_no_button() -> None:
    """What stands in the database is data."""
    assert buttons(proposal.card(remediation_of("x", state="succeeded", flow_run_url="javascript:alert(1)"))) == [
        "See plan"
    ]


def test_the_run_is_a_plan_of_tasks() -> None:
    """One a step, with what went wrong."""
    steps = [
        {"name": "web-1", "resource_id": "i-0abc", "says": "stop it", "state": "verified", "error": None},
        {"name": "web-2", "resource_id": "i-0abd", "says": "stop it", "state": "failed", "error": "AWS denied it"},
        {"name": "web-3", "resource_id": "i-0abe", "says": "stop it", "state": "planned", "error": None},
    ]
    card = proposal.progress(remediation_of("x", state="running", steps=steps, run=True, line="1 of 3 done"))
    [plan] = card["blocks"]
    assert (plan["type"], plan["title"]) == ("plan", "Remediation 3: 1 of 3 done")
    assert [task["status"] for task in plan["tasks"]] == ["complete", "error", "pending"]
    assert plan["tasks"][0]["title"] == "web-1 (i-0abc): stop it"
    assert "AWS denied it" in str(plan["tasks"][1]["output"])


def test_of_many_steps_what_matters_is_shown() -> None:
    """What failed and what is under way, and the steps around."""
    steps = [
        {
            "name": f"w{n}",
            "resource_id": f"i-{n}",
            "says": "stop",
            "state": "verified" if n < 200 else "planned",
            "error": None,
        }
        for n in range(400)
    ]
    steps[7]["state"], steps[399]["state"] = "failed", "acting"
    [plan] = proposal.progress(remediation_of("x", steps=steps, run=True, line=""))["blocks"]
    shown = [task["task_id"] for task in plan["tasks"]]
    assert len(shown) == proposal.RUN_STEPS
    assert {"step-7", "step-399", "step-199", "step-200"} <= set(shown)
    assert plan["title"] == "Remediation 3: 199 of 400 done (30 shown)"


def test_the_money_stands_where_a_telephone_shows_it() -> None:
    """Beside the resource; while it runs, how far it is comes next."""
    for state, next_to_it in (("proposed", "Change"), ("running", "State")):
        card = proposal.card(remediation_of("sandbox", state=state))
        [table] = [block for block in card["blocks"] if block["type"] == "table"]
        assert [cell["text"] for cell in table["rows"][0]][:3] == ["Resource", "A month", next_to_it]
        assert table["rows"][1][1]["text"].startswith("$")


def test_where_and_what_comes_after_are_not_confused() -> None:
    """The place belongs to what is done, not to the snapshot before."""
    headline = "Delete {count} unattached EBS volume{s}, after a snapshot"
    card = proposal.card(remediation_of("staging", 4, headline=headline))
    assert card["text"].startswith("Delete 4 unattached EBS volumes in staging, after a snapshot: saves")


def test_the_dearest_comes_first_with_the_reasons_that_convince() -> None:
    """Equal ones stand by name; the plan has all reasons."""
    because = "attached to nothing; created 400 days ago; no snapshot of it"
    steps = [
        {"resource_id": f"vol-{n}", "name": f"data-{n}", "says": "", "monthly_savings": worth, "evidence": because}
        for n, worth in ((1, 9.0), (3, 37.11), (2, 37.11))
    ]
    card = proposal.card(remediation_of("staging", steps=steps))
    [table] = [block for block in card["blocks"] if block["type"] == "table"]
    assert [row[0]["text"].split()[0] for row in table["rows"][1:]] == ["data-2", "data-3", "data-1"]
    assert table["rows"][1][3]["text"] == "attached to nothing; created 400 days ago; …"
    long = [{**steps[0], "evidence": f"{'a' * 40}; {'b' * 40}"}]
    [table] = [one for one in proposal.card(remediation_of("x", steps=long))["blocks"] if one["type"] == "table"]
    assert table["rows"][1][3]["text"] == f"{'a' * 40}; …"


def test_who_closed_it_is_named_in_a_sentence() -> None:
    """The reason is kept with its name before it."""
    card = proposal.card(remediation_of("sandbox", state="rejected", reason="Priya: not: now"))
    assert "Rejected by Priya: not: now" in texts(card)


def test_hours_and_missing_approvers_are_said_before_anybody_presses() -> None:
    """When it would run, and that nobody could press."""
    card = proposal.card(remediation_of("sandbox", window="mon, tue 06:00-16:00 UTC"))
    assert "It runs in its change window: mon, tue 06:00-16:00 UTC." in texts(card)
    assert "not from the requester, and finops.yaml names nobody else who has it; open until" in texts(card)
