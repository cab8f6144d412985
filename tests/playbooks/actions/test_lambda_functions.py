"""Functions against moto: old versions, archives, and code that cannot be kept."""

import pytest

from aws.clients import Cloud
from playbooks.actions import ACTIONS, lambda_functions
from tests.playbooks.actions.builders import forward_and_back, step_of, where
from tests.playbooks.resources import (
    client,
    function,
    package,
)


def test_old_versions_go_and_aliased_ones_stay(cloud: Cloud) -> None:
    """Of six, the newest three and the one an alias points to remain."""
    name = function(versions=6)
    client("lambda").create_alias(FunctionName="export", Name="live", FunctionVersion="1")
    forward_and_back("lambda-delete-old-versions", cloud, name)
    assert ACTIONS["lambda.delete_old_versions"].observe(cloud, where(f"{name}:2"))["versions"] == ["1", "4", "5", "6"]


def test_a_function_is_archived_deleted_and_made_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code comes back from the bucket with its configuration and tags; moto
    serves no downloads, so that one call is replaced.
    """
    monkeypatch.setattr(lambda_functions, "download", lambda _address: package())
    name = function()
    assert step_of("lambda-delete-unused", cloud, name) == "there is no bucket finops-bot-archive to keep its code in"
    client("s3").create_bucket(Bucket="finops-bot-archive")
    before = ACTIONS["lambda.archive_and_delete"].observe(cloud, where(name))
    forward_and_back("lambda-delete-unused", cloud, name)
    assert ACTIONS["lambda.archive_and_delete"].observe(cloud, where(name)) == before


def test_a_function_whose_code_cannot_be_kept_is_not_deleted(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package than the function's, or settings that the archive does not keep."""
    monkeypatch.setattr(lambda_functions, "download", lambda _address: package("something else"))
    client("s3").create_bucket(Bucket="finops-bot-archive")
    name = function()
    with pytest.raises(OSError, match="not the function's"):
        forward_and_back("lambda-delete-unused", cloud, name)
    assert ACTIONS["lambda.archive_and_delete"].observe(cloud, where(name))
    client("lambda").update_function_configuration(FunctionName="export", Environment={"Variables": {"KEY": "secret"}})
    assert (
        step_of("lambda-delete-unused", cloud, name) == "it has environment variables, which the archive does not keep"
    )
