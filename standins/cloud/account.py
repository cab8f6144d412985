"""The accounts of the stand-in as their clients see them."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

BILLS_BUCKET = "fernhill-billing-exports"
HOME_REGION = "us-east-1"
_LOGIN = "demo"  # the stand-in checks no password


@dataclass(frozen=True)
class CloudAccount:
    """A running stand-in. `ids` holds the id of each resource by its name, as
    the bills use it; pass it to `standins.bills.world.World`.
    """

    endpoint_url: str
    ids: dict[str, str] = field(default_factory=dict)
    _roles: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def environment(self) -> dict[str, str]:
        """What the processes that use it need in their environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": _LOGIN,
            "AWS_SECRET_ACCESS_KEY": _LOGIN,
            "AWS_DEFAULT_REGION": HOME_REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(self, service: str, account_id: str | None = None, region: str = HOME_REGION) -> Any:
        """A client of one account (by assume-role), or of the account that holds the bills."""
        held = (
            self._assume(account_id)
            if account_id
            else {"AccessKeyId": _LOGIN, "SecretAccessKey": _LOGIN, "SessionToken": _LOGIN}
        )
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )

    def _assume(self, account_id: str) -> dict[str, str]:
        if account_id not in self._roles:
            reply = self.client("sts").assume_role(
                RoleArn=f"arn:aws:iam::{account_id}:role/demo", RoleSessionName="demo"
            )
            self._roles[account_id] = reply["Credentials"]
        return self._roles[account_id]

    @cached_property
    def _session(self) -> Any:
        """One for all clients: each session parses the services' descriptions anew."""
        import boto3

        return boto3.Session()
