"""What an inventory of AWS is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class AwsResource:
    """A resource as AWS describes it; `attributes` are plain JSON values. Ids have the form that AWS's bills use."""

    resource_id: str
    resource_name: str | None
    resource_type: str
    service: str
    account_id: str
    region: str
    state: str | None
    instance_type: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountRegion:
    """One region of one account."""

    account_id: str
    region: str


def tags_of(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """AWS's list of keys and values as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def time_of(value: datetime | str | None) -> str | None:
    """A time as ISO text."""
    return value.isoformat() if isinstance(value, datetime) else value
