"""A line of the fleet: one meter of one resource of the demo's organisation."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from standins.bills.meters import METERS, Meter
from standins.bills.providers import ACCOUNTS, Account
from standins.bills.services import SERVICES, Service

Shape = Literal["steady", "elastic", "stored"]
"""steady: always on; elastic: follows the customers, by weekday and hour; stored: grows slowly, day and night alike."""


@dataclass(frozen=True)
class Line:
    """One meter of one resource. `quantity` is units per day at the start;
    `first` and `last` are days from the anchor (None: throughout).
    """

    name: str
    meter_key: str
    account_name: str
    region: str
    team: str | None
    environment: str | None
    application: str | None
    quantity: float
    shape: Shape
    first: int | None = None
    last: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    planted: bool = False

    @property
    def meter(self) -> Meter:
        """What is counted."""
        return METERS[self.meter_key]

    @property
    def service(self) -> Service:
        """The service that counts it."""
        return SERVICES[self.meter.service]

    @property
    def account(self) -> Account:
        """Where it runs."""
        return ACCOUNTS[self.account_name]

    @property
    def instance_type(self) -> str | None:
        """`m5.2xlarge`, `db.r6g.large`; None where the meter has no such size."""
        return self.meter.details.get("InstanceType")

    @property
    def made_up_id(self) -> str:
        """The resource's id when no cloud has given it one."""
        code = f"{zlib.crc32(self.name.encode()):08x}{zlib.crc32((self.name + self.account_name).encode()):08x}"
        form = self.service.id_form
        return form.format(
            region=self.region,
            account=self.account.id,
            name=self.name,
            application=self.application or "shared",
            code=code,
        )

    def all_tags(self) -> dict[str, str]:
        """The tags as the owner set them."""
        named = {"team": self.team, "environment": self.environment, "application": self.application}
        tags = {key: value for key, value in named.items() if value}
        if tags and self.environment == "prod":
            tags["managed-by"] = "terraform"
        return tags | dict(self.tags)
