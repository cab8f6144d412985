"""What was bought ahead: savings plan, reserved databases, Azure reservation,
Google commitment; what they cover and at which price.
"""

from dataclasses import dataclass
from typing import Literal

from standins.bills.lines import Line
from standins.bills.providers import PROVIDERS


@dataclass(frozen=True)
class Commitment:
    """A commitment for one year. It covers `share` of what the always-on
    production lines of `meters` use, at `discount` off the list price.

    `upfront` is the number of days before the anchor at which the year was paid for; None is paid as it goes.
    """

    provider: str
    id: str
    name: str
    category: Literal["Spend", "Usage"]
    type: str
    unit: str
    account_name: str
    meters: tuple[str, ...]
    share: float
    discount: float
    purchase: tuple[str, str, str]
    upfront: int | None = None


COMMITMENTS = (
    Commitment(
        "aws",
        "arn:aws:savingsplans::270418830015:savingsplan/0c4d7f2e-8a51-4a7b-b6f3-9d2e5c1a7b40",
        "compute-savings-plan",
        "Spend",
        "Compute Savings Plan",
        "USD",
        "shared-services",
        ("ec2:m5.2xlarge", "ec2:m5.xlarge", "ec2:r5.2xlarge", "ec2:r5.4xlarge", "ec2:c5.xlarge"),
        0.70,
        0.27,
        ("Savings Plans for AWS Compute usage", "Compute", "Virtual Machines"),
    ),
    Commitment(
        "aws",
        "arn:aws:rds:eu-west-1:270418830015:ri:ri-r6g-2xlarge",
        "rds-r6g-reserved",
        "Usage",
        "Reserved DB Instance",
        "Hours",
        "shared-services",
        ("rds:db.r6g.2xlarge", "rds:db.r6g.xlarge"),
        0.75,
        0.36,
        ("Amazon Relational Database Service", "Databases", "Relational Databases"),
        upfront=233,
    ),
    Commitment(
        "azure",
        "/providers/Microsoft.Capacity/reservationOrders/b2c4e9d1/reservations/77a0",
        "d-series-reservation",
        "Usage",
        "Reservation",
        "Hours",
        "storefront-prod",
        ("vm:D4s", "vm:D8s", "aks"),
        0.60,
        0.34,
        ("Virtual Machines", "Compute", "Virtual Machines"),
        upfront=141,
    ),
    Commitment(
        "gcp",
        "projects/fernhill-ml/regions/us-central1/commitments/a2-one-year",
        "a2-committed-use",
        "Usage",
        "Committed Use Discount",
        "Hours",
        "fernhill-ml",
        ("gce:a2",),
        0.65,
        0.30,
        ("Compute Engine", "Compute", "Virtual Machines"),
    ),
)


def covering(line: Line) -> Commitment | None:
    """The commitment that covers a line: only production that was there from the start and runs day and night."""
    if line.environment != "prod" or line.shape != "steady" or line.first is not None or line.last is not None:
        return None
    return next((one for one in COMMITMENTS if line.meter_key in one.meters), None)


def effective_share(line: Line) -> float:
    """Effective cost of a line as a share of its list cost."""
    negotiated = 1 - PROVIDERS[line.account.provider].discount
    commitment = covering(line)
    if commitment is None:
        return negotiated
    return commitment.share * (1 - commitment.discount) + (1 - commitment.share) * negotiated
