"""Instances against moto: stopped, started, resized, put back, and what is refused."""

from typing import Any

import pytest

from aws.clients import Cloud
from playbooks.actions import ACTIONS
from playbooks.actions.action import Refused
from tests.playbooks.actions.builders import PLAYBOOKS, forward_and_back, step_of, where
from tests.playbooks.conftest import run_instances, states
from tests.playbooks.resources import (
    client,
)


def test_instances_are_stopped_and_started(cloud: Cloud) -> None:
    """ec2-stop-idle forward and back, and the start of a schedule."""
    [instance] = run_instances(1, {"team": "web"})
    forward_and_back("ec2-stop-idle", cloud, instance)
    assert states([instance]) == ["running"]


@pytest.mark.parametrize(("playbook", "before"), [("ec2-evening-stop", "running"), ("ec2-morning-start", "stopped")])
def test_schedules_go_forward_and_back(
    playbook: str, before: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both halves; they are for development, which the target here is not, so the guard is opened."""
    [instance] = run_instances(1, {"team": "web"})
    if before == "stopped":
        client("ec2").stop_instances(InstanceIds=[instance])
    book = PLAYBOOKS[playbook]
    monkeypatch.setitem(
        PLAYBOOKS, playbook, book.model_copy(update={"guards": book.guards.model_copy(update={"environments": ()})})
    )
    forward_and_back(playbook, cloud, instance)
    assert states([instance]) == [before]


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_instance_is_resized_and_keeps_its_state(state: str, cloud: Cloud) -> None:
    """A running one restarts, a stopped one stays stopped."""
    [instance] = run_instances(1, {"team": "web"})
    if state == "stopped":
        client("ec2").stop_instances(InstanceIds=[instance])
    forward_and_back("ec2-resize", cloud, instance, instance_type="m5.large")
    assert states([instance]) == [state]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("m6g.large", "m6g.large is arm64, the instance is x86_64"),
        ("m99.large", "there is no instance type m99.large"),
        ("m5.2xlarge", "it is m5.2xlarge already"),
    ],
)
def test_a_type_that_does_not_fit_is_refused(wanted: str, reason: str, cloud: Cloud) -> None:
    """Before anything is stopped."""
    [instance] = run_instances(1, {"team": "web"})
    assert step_of("ec2-resize", cloud, instance, instance_type=wanted) == reason
    assert states([instance]) == ["running"]


def test_a_type_that_the_zone_lacks_is_refused(cloud: Cloud) -> None:
    """Offerings are a zone's own."""
    [instance] = run_instances(1, {"team": "web"})
    action = ACTIONS["ec2.resize"]
    seen = {**action.observe(cloud, where(instance)), "zone": "us-east-1-moon-1"}
    refused = action.feasible(cloud, where(instance), seen, {"instance_type": "m5.large"})
    assert refused == Refused("m5.large is not offered in us-east-1-moon-1")


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"tags": {"aws:autoscaling:groupName": "web"}}, "scaling group web"),
        ({"lifecycle": "spot"}, "spot instance"),
        ({"root_device": "instance-store"}, "root disk would be lost"),
    ],
)
@pytest.mark.parametrize("name", ["ec2.stop", "ec2.resize"])
def test_what_a_stop_would_lose_is_refused(name: str, seen: dict[str, Any], reason: str, cloud: Cloud) -> None:
    """Members of scaling groups, spot and instance-store instances are left alone."""
    [instance] = run_instances(1, {"team": "web"})
    action = ACTIONS[name]
    refused = action.feasible(
        cloud, where(instance), {**action.observe(cloud, where(instance)), **seen}, {"instance_type": "m5.large"}
    )
    assert refused is not None
    assert reason in refused.reason
