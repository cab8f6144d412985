"""From recommendations to frozen plans: who is a candidate, how plans are cut, and what the command line prints."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import Channel, Organisation
from config.organisation import RemediationSettings as Limits
from db.tables import Recommendation, Remediation, Resource
from playbooks.approval import lifecycle as life
from playbooks.proposals.plan import Target
from playbooks.proposals.planning import NothingToDo, candidates, describe, make_plans
from playbooks.proposals.proposing import propose_all
from playbooks.schema import read_playbooks
from tests.playbooks.conftest import APPROVER, NOW, run_instances

PLAYBOOKS = read_playbooks()
BOOK = PLAYBOOKS["ec2-stop-idle"]


def target(resource_id: str, **changes: Any) -> Target:
    made = Target(
        resource_id,
        f"web-{resource_id[-4:]}",
        "123456789012",
        "sandbox",
        "us-east-1",
        "web",
        "dev",
        153.0,
        evidence="idle",
    )
    return replace(made, **changes)


def recommended(session: Session, resource_id: str, savings: float, **changes: Any) -> None:
    """A recommendation and what the inventory knows."""
    known = {
        "resource_type": "Instance",
        "account_id": "123456789012",
        "region": "us-east-1",
        "team": "web",
        "environment": "dev",
        **changes,
    }
    session.add(Resource(resource_id=resource_id, resource_name=resource_id, **known))
    session.add(
        Recommendation(
            fingerprint=f"idle:{resource_id}",
            kind="stop_idle",
            resource_id=resource_id,
            account="sandbox",
            team="web",
            current_state="running",
            proposed_state="stopped",
            monthly_savings=savings,
            currency="USD",
            confidence="high",
        )
    )
    session.flush()


def test_candidates_are_open_accepted_and_not_busy(session: Session) -> None:
    """Sorted by saving; another type, a dismissed one and those in an open or
    snoozed proposal are none; the account's count comes along.
    """
    recommended(session, "i-small", 10)
    recommended(session, "i-large", 90)
    recommended(session, "i-database", 50, resource_type="DB Instance")
    recommended(session, "i-dismissed", 70)
    session.execute(
        sa.update(Recommendation).where(Recommendation.resource_id == "i-dismissed").values(status="dismissed")
    )
    found = candidates(session, BOOK, NOW)
    assert [(one.resource_id, one.of_this_type) for one in found] == [("i-large", 3), ("i-small", 3)]


@pytest.mark.usefixtures("aws")
def test_what_is_protected_is_named_in_the_proposal(session: Session, cloud: Cloud) -> None:
    """Found idle and protected, it is no recommendation; the proposal for its
    neighbours says that it was left alone.
    """
    [idle] = run_instances(1, {"team": "web"})
    recommended(session, idle, 10)
    recommended(session, "i-licence", 0)
    values = {
        "status": "protected",
        "monthly_savings": None,
        "evidence": {"summary": "protected by tag finops:protected"},
    }
    session.execute(sa.update(Recommendation).where(Recommendation.resource_id == "i-licence").values(**values))
    left = propose_all(session, BOOK, cloud, Organisation(), "U1", NOW)
    assert isinstance(left, list)
    plan = session.get_one(Remediation, left[0]).plan
    assert [step["resource_id"] for step in plan["steps"]] == [idle]
    assert plan["left_out"] == [
        {"resource_id": "i-licence", "name": "i-licence", "reason": "protected by tag finops:protected"}
    ]


@pytest.mark.usefixtures("aws")
def test_what_is_proposed_or_snoozed_is_no_candidate(session: Session, cloud: Cloud) -> None:
    """Until the snooze ends."""
    [number] = run_instances(1, {"team": "web"})
    recommended(session, number, 10)
    organisation = Organisation(channels=(Channel(channel="#web"),))
    left = propose_all(session, BOOK, cloud, organisation, "U1", NOW)
    assert isinstance(left, list)
    assert candidates(session, BOOK, NOW) == []
    life.snooze(session, left[0], APPROVER, NOW, 3, "busy week", PLAYBOOKS)
    assert candidates(session, BOOK, NOW + timedelta(days=2)) == []
    assert len(candidates(session, BOOK, NOW + timedelta(days=3, hours=1))) == 1


def test_one_plan_an_account_team_and_environment(cloud: Cloud) -> None:
    """Because each has its own approvers and its own lock."""
    ids = run_instances(4, {"team": "web"})
    targets = [target(ids[0]), target(ids[1]), target(ids[2], team="ads"), target(ids[3], environment="test")]
    plans = make_plans(BOOK, targets, cloud, Limits(), NOW)
    assert isinstance(plans, list)
    assert [(plan.team, plan.environment, len(plan.steps)) for plan in plans] == [
        ("web", "dev", 2),
        ("ads", "dev", 1),
        ("web", "test", 1),
    ]


def test_no_plan_is_larger_than_a_day_allows(cloud: Cloud) -> None:
    """What could never start is not offered; it is named."""
    targets = [target(one) for one in run_instances(3, {"team": "web"})]
    plans = make_plans(BOOK, targets, cloud, Limits(maximum_resources_a_day=2), NOW)
    assert isinstance(plans, list)
    assert len(plans[0].steps) == 2
    assert plans[0].left_out[0].reason == "3 resources; the playbook allows 2 at once"


def test_an_unknown_account_or_size_is_left_out(cloud: Cloud) -> None:
    """No guess stands in for what the inventory or the recommendation does not say."""
    [number] = run_instances(1, {"team": "web"})
    nowhere = make_plans(BOOK, [target(number, account_id="")], cloud, Limits(), NOW)
    sizeless = make_plans(PLAYBOOKS["ec2-resize"], [target(number)], cloud, Limits(), NOW)
    reasons = [plans.left_out[0].reason for plans in (nowhere, sizeless) if isinstance(plans, NothingToDo)]
    assert reasons == [
        "the inventory does not know its account",
        "the recommendation does not say what it should become",
    ]


def test_a_plan_prints_what_would_happen(cloud: Cloud) -> None:
    """Steps, what is left out and why, the undo and the permissions."""
    idle, protected = run_instances(1, {"team": "web"}), run_instances(1, {"team": "web", "do-not-stop": "true"})
    plans = make_plans(BOOK, [target(idle[0]), target(protected[0])], cloud, Limits(), NOW)
    assert isinstance(plans, list)
    assert describe(plans) == [
        "ec2-stop-idle in sandbox (dev, web), saves 153.00 USD a month",
        f"  1. web-{idle[0][-4:]} {idle[0]}: stop the m5.2xlarge (idle)",
        f"  left out: web-{protected[0][-4:]} (protected by tag do-not-stop=true)",
        "  undo: start again",
        "  permissions: ec2:DescribeInstanceAttribute, ec2:DescribeInstances, ec2:StartInstances, ec2:StopInstances",
    ]


@pytest.mark.usefixtures("aws")
def test_nothing_to_do_leaves_no_proposal(session: Session, cloud: Cloud) -> None:
    """And says why for each candidate."""
    [number] = run_instances(1, {"Name": "lonely"})
    recommended(session, number, 10)
    left = propose_all(session, BOOK, cloud, Organisation(), "U1", NOW)
    assert isinstance(left, NothingToDo)
    assert left.left_out[0].reason == "no tag team: untagged counts as protected"
    assert session.scalars(sa.select(Remediation.id)).all() == []
