"""What actions ask of AWS: permissions, accounts, dry runs, throttling."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws.clients import Cloud
from config.organisation import RemediationSettings
from playbooks.actions import ACTIONS, lambda_functions
from playbooks.proposals.plan import PlannedStep
from tests.playbooks.actions.builders import PLAYBOOKS, forward_and_back, step_of, where
from tests.playbooks.conftest import run_instances
from tests.playbooks.resources import (
    ACCOUNT,
    ONE_OF_EACH,
    client,
    function,
    opened,
    package,
)

TWO_ROLES = RemediationSettings(
    actor_role_arn="arn:aws:iam::{account}:role/finops-bot-actor",
    observer_role_arn="arn:aws:iam::{account}:role/finops-bot-observer",
)


@pytest.mark.parametrize("playbook", sorted(name for name, book in PLAYBOOKS.items() if book.steps))
def test_what_is_gone_is_left_out(playbook: str, cloud: Cloud) -> None:
    """Every playbook that acts says so instead of failing."""
    gone = {"ec2": "i-0123456789abcdef0", "ebs": "vol-0123456789abcdef0", "add": "eipalloc-0123456789abcdef0"}
    number = gone.get(playbook[:3], f"arn:aws:x:us-east-1:{ACCOUNT}:function:none")
    assert step_of(playbook, cloud, number, instance_type="m5.large") == "it no longer exists"


def test_another_accounts_credentials_never_act(cloud: Cloud) -> None:
    """A namesake in the account at hand is not the resource that was meant."""
    name = function()
    place = replace(where(name), account_id="999999999999")
    with pytest.raises(OSError, match="belong to account 123456789012"):
        ACTIONS["lambda.delete_old_versions"].apply(cloud, place, {}, {"versions": ["1"]})


def test_throttling_is_retried(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two refusals for the pace, then the answer."""
    [instance] = run_instances(1, {"team": "web"})
    api = cloud.client("ec2", ACCOUNT, "us-east-1", "observe")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    refusals = iter(
        [
            b"<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>"
        ]
        * 2
    )
    asked: list[str] = []

    def throttle(request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse
        from botocore.compat import HTTPHeaders

        asked.append(request.url)
        body = next(refusals, None)
        return None if body is None else AWSResponse(request.url, 503, HTTPHeaders(), _Raw(body))

    api.meta.events.register_first("before-send.ec2.DescribeInstances", throttle)
    assert ACTIONS["ec2.stop"].observe(cloud, where(instance))["state"] == "running"
    assert len(asked) == 3


class _Raw(io.BytesIO):
    """A response's body as botocore streams it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


@pytest.mark.parametrize("playbook", sorted(ONE_OF_EACH))
def test_an_action_asks_for_no_more_than_it_declares(playbook: str, aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call made while looking, acting, checking and undoing is one of its
    permissions; what looks never changes anything.
    """
    called: dict[str, set[str]] = {"observe": set(), "act": set()}
    make: Callable[..., Any] = Cloud.client
    known = set[int]()

    def watched(self: Cloud, service: str, account_id: str, region: str, purpose: Any) -> Any:
        made = make(self, service, account_id, region, purpose)
        if id(made) not in known:
            known.add(id(made))
            made.meta.events.register("before-call", lambda model, **_: called[purpose].add(_permission(model)))
        return made

    monkeypatch.setattr(Cloud, "client", watched)
    monkeypatch.setattr(lambda_functions, "download", lambda _address: package())
    monkeypatch.setitem(PLAYBOOKS, playbook, opened(playbook))
    forward_and_back(playbook, Cloud(TWO_ROLES), ONE_OF_EACH[playbook](), instance_type="m5.large")
    declared = set(ACTIONS[PLAYBOOKS[playbook].steps[0].action].permissions)
    assert called["act"]
    assert called["observe"] | called["act"] <= declared
    assert all(one.partition(":")[2].startswith(("Describe", "Get", "List")) for one in called["observe"])


def _permission(model: Any) -> str:
    """The IAM action of an operation; S3 and Lambda name some differently."""
    names = {"HeadBucket": "ListBucket", "HeadObject": "GetObject"}
    return f"{model.service_model.signing_name}:{names.get(model.name, model.name)}"


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_ec2_is_asked_by_dry_run_before_it_changes(name: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every changing call of EC2 is first made as a dry run; what is refused there has changed nothing."""
    if not name.startswith(("ec2", "ebs", "address")):
        return
    playbook = next(book for book in PLAYBOOKS.values() if any(step.action == name for step in book.steps))
    monkeypatch.setitem(PLAYBOOKS, playbook.name, opened(playbook.name))
    resource = ONE_OF_EACH[playbook.name]()
    step = step_of(playbook.name, cloud, resource, instance_type="m5.large")
    assert isinstance(step, PlannedStep)
    api, asked = cloud.client("ec2", ACCOUNT, "us-east-1", "act"), list[str]()

    def refuse(params: Any, model: Any, **_: Any) -> None:
        if not model.name.startswith("Describe"):
            asked.append(model.name)
            assert params["body"].get("DryRun") == "true", f"{model.name} came without a dry run"
            raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, model.name)

    api.meta.events.register("before-call.ec2", refuse)
    action = ACTIONS[name]
    before = action.observe(cloud, where(resource))
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        action.apply(cloud, where(resource), step.parameters, action.undo_record(step.seen, step.parameters))
    assert asked
    assert action.observe(cloud, where(resource)) == before


def test_an_instance_with_stop_protection_is_left_alone(cloud: Cloud) -> None:
    """Named in the plan, not found out by a failing run."""
    [instance] = run_instances(1, {"team": "web"})
    client("ec2").modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": True})
    assert step_of("ec2-resize", cloud, instance, instance_type="m5.large") == "its stop protection is on"


def test_a_denial_is_an_error_of_the_cloud(cloud: Cloud) -> None:
    """DryRun asks first; what AWS refuses there is raised before anything happens."""
    from playbooks.run.steps import cloud_errors, sentence

    denied = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "StopInstances")
    assert isinstance(denied, cloud_errors())
    assert sentence(denied, ACTIONS["ec2.stop"]) == (
        "AWS denied it (UnauthorizedOperation): the role needs "
        "ec2:DescribeInstanceAttribute, ec2:DescribeInstances, ec2:StartInstances, ec2:StopInstances."
    )
