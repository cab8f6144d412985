"""Clients of the accounts that playbooks act on: one role to look, another to act."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from settings import Remediation, Settings

Purpose = Literal["observe", "act"]


@dataclass(frozen=True)
class Cloud:
    """AWS by assume-role; the role of finops.yaml has `{account}` replaced. Without one, the process's own credentials are used."""

    limits: Remediation
    endpoint_url: str | None = None

    def client(self, service: str, account_id: str, region: str, purpose: Purpose) -> Any:
        """A boto3 client for one account and region."""
        role = self.limits.actor_role_arn if purpose == "act" else self.limits.observer_role_arn or self.limits.actor_role_arn
        return _client(service, region, self.endpoint_url, role.replace("{account}", account_id) if role else None)


def cloud_of(settings: Settings, limits: Remediation) -> Cloud:
    """The cloud of this process."""
    return Cloud(limits, settings.aws_endpoint_url)


@lru_cache(maxsize=256)
def _client(service: str, region: str, endpoint_url: str | None, role_arn: str | None) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(retries={"mode": "adaptive", "max_attempts": 8}, connect_timeout=10, read_timeout=60)
    session = boto3.Session(region_name=region)
    if role_arn:
        sts = session.client("sts", endpoint_url=endpoint_url, config=config)
        held = sts.assume_role(RoleArn=role_arn, RoleSessionName="finops-bot", DurationSeconds=3600)["Credentials"]
        session = boto3.Session(held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"], region_name=region)
    return session.client(service, endpoint_url=endpoint_url, config=config)  # type: ignore[call-overload]
