"""The shape of an action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from aws.clients import Cloud

Seen = dict[str, Any]
"""What was seen of a live resource: plain JSON values; empty when it does not exist."""


class NoParameters(BaseModel):
    """An action without parameters."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class ResourceRef:
    """A resource and where it is."""

    resource_id: str
    account_id: str
    region: str

    @property
    def native_id(self) -> str:
        """The id AWS's API takes: the last part of an ARN, or the id as it is."""
        return self.resource_id.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


@dataclass(frozen=True)
class Refused:
    """The action cannot be done on this resource; `reason` is a sentence."""

    reason: str


@dataclass(frozen=True)
class Action:
    """An action on one resource. `observe`, `feasible`, `apply` and `undo` talk
    to the cloud and may raise its errors; the others are pure.

    `undo_record` is stored before `apply`, so undo must manage with it when the worker dies in
    between; what `apply` returns is added to it. `verify` takes the parameters on top of that record.
    """

    name: str
    permissions: tuple[str, ...]
    reversible: bool
    destroys: bool
    undo_says: str
    observe: Callable[[Cloud, ResourceRef], Seen]
    says: Callable[[Seen, Mapping[str, Any]], str]
    undo_record: Callable[[Seen, Mapping[str, Any]], dict[str, Any]]
    apply: Callable[[Cloud, ResourceRef, Mapping[str, Any], dict[str, Any]], dict[str, Any]]
    undo: Callable[[Cloud, ResourceRef, Mapping[str, Any]], None]
    verify: Callable[[Seen, Mapping[str, Any]], bool]
    undone: Callable[[Seen, Mapping[str, Any]], bool]
    feasible: Callable[[Cloud, ResourceRef, Seen, Mapping[str, Any]], Refused | None] = (
        lambda _cloud, _where, _seen, _parameters: None
    )
    parameters: type[BaseModel] = NoParameters

    @property
    def cloud(self) -> str:
        """Whose resources it changes: aws, azure or gcp."""
        prefix = self.name.partition(".")[0]
        return prefix if prefix in ("azure", "gcp") else "aws"
