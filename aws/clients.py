"""Clients of the accounts that playbooks act on: one role to look, another to act."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any, Literal

from config.organisation import RemediationSettings
from config.settings import Settings

Purpose = Literal["observe", "act"]

_ROLE_SECONDS = 3600
_KEPT_SECONDS = 1800  # a client is made anew long before its role's credentials end
_making = Lock()  # a boto3 session may not make two clients at once


class WrongAccountError(OSError):
    """The credentials at hand, the process's own or those of the configured
    role, belong to another account than the resource.
    """


@dataclass(frozen=True)
class Cloud:
    """AWS by assume-role; the role of finops.yaml has `{account}` replaced.
    Without one, the process's own credentials are used.
    """

    limits: RemediationSettings
    endpoint_url: str | None = None
    version: Callable[[], int] = lambda: 0
    """The version of the secrets in Vault, which may hold the process's own credentials."""

    def client(self, service: str, account_id: str, region: str, purpose: Purpose) -> Any:
        """A boto3 client for one account and region; without an account, of
        whatever account the credentials belong to, and only to look.
        """
        role = (
            self.limits.actor_role_arn
            if purpose == "act"
            else self.limits.observer_role_arn or self.limits.actor_role_arn
        )
        arn = role.replace("{account}", account_id) if role else None
        version = self.version()
        anywhere = not account_id and purpose == "observe"
        own = (
            arn.split(":")[4]
            if arn and arn.count(":") >= 5
            else account_id
            if anywhere
            else _own_account(self.endpoint_url, version)
        )
        if own != account_id and not anywhere:
            # Names such as a function's are not unique over accounts: another account's credentials would find, and
            # hit, a namesake.
            setting = "observer" if purpose == "observe" and self.limits.observer_role_arn else "actor"
            raise WrongAccountError(
                f"these credentials belong to account {own}, the resource to {account_id}; "
                f"set remediation.{setting}_role_arn, with {{account}} in place of the account"
            )
        return _client(service, region, self.endpoint_url, arn, int(monotonic() // _KEPT_SECONDS), version)


def cloud_of(settings: Settings, limits: RemediationSettings) -> Cloud:
    """The cloud of this process."""
    return Cloud(limits, settings.aws_endpoint_url, lambda: settings.latest().version)


@lru_cache(maxsize=2)
def _session(version: int) -> Any:
    """One for all clients: each session reads the services' descriptions anew, which takes most of a second a client.

    Its credentials are the environment's, so another version of the secrets is another session.
    """
    import boto3  # noqa: PLC0415 - slow to load, and only AWS needs it

    return boto3.Session()


@lru_cache(maxsize=4)
def _own_account(endpoint_url: str | None, version: int) -> str:
    return str(_client("sts", "us-east-1", endpoint_url, None, 0, version).get_caller_identity()["Account"])


@lru_cache(maxsize=256)
def _client(
    service: str, region: str, endpoint_url: str | None, role_arn: str | None, period: int, version: int
) -> Any:
    """A client for one half hour (`period`): another period is another client, with new credentials."""
    from botocore.config import Config  # noqa: PLC0415 - slow to load, and only AWS needs it

    config = Config(retries={"mode": "adaptive", "max_attempts": 8}, connect_timeout=10, read_timeout=60)
    place = {"region_name": region, "endpoint_url": endpoint_url, "config": config}
    with _making:
        if role_arn is None:
            return _session(version).client(service, **place)
        sts = _session(version).client("sts", **place)
    held = sts.assume_role(RoleArn=role_arn, RoleSessionName="finops-bot", DurationSeconds=_ROLE_SECONDS)["Credentials"]
    keys = {
        "aws_access_key_id": held["AccessKeyId"],
        "aws_secret_access_key": held["SecretAccessKey"],
        "aws_session_token": held["SessionToken"],
    }
    with _making:
        return _session(version).client(service, **place, **keys)
