"""The catalogue of prices in the database."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from botocore.exceptions import ClientError
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Organisation, RemediationSettings
from db.tables import Price, Resource
from flows.ingest.cloud.aws_prices import Priced
from flows.ingest.loading.inventory import store_prices
from flows.ingest.refresh_prices import fetch, regions

NOW = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)
PRICED = Priced("eu-west-1", "m5.large", "Linux", Decimal("0.107"), "USD", 2.0, 8.0, "x86_64")


class Empty:
    """A price list without products."""

    def products(self, service_code: str, filters: Mapping[str, str]) -> Iterator[str]:
        """None."""
        return iter(())


class Closed:
    """A price list that may not be read."""

    def products(self, service_code: str, filters: Mapping[str, str]) -> Iterator[str]:
        """Refused."""
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "GetProducts")


def test_a_newer_price_replaces_the_older(session: Session) -> None:
    """One row a region, type and system, with the date it was read."""
    store_prices(session, [PRICED], NOW)
    later = NOW + timedelta(7)
    cheaper = Priced("eu-west-1", "m5.large", "Linux", Decimal("0.099"), "USD", 2.0, 8.0, "x86_64")
    assert store_prices(session, [cheaper], later) == 1
    rows = session.execute(sa.select(Price.provider, Price.hourly_price, Price.as_of, Price.architecture)).all()
    assert [tuple(row) for row in rows] == [("AWS", Decimal("0.099"), later, "x86_64")]


def test_prices_are_asked_for_where_instances_run(session: Session) -> None:
    """The regions of finops.yaml and those of known instances, each once."""
    session.add(Resource(resource_id="i-1", provider="AWS", region="eu-central-1", instance_type="m5.large"))
    session.add(Resource(resource_id="vm", provider="Microsoft", region="westeurope", instance_type="D4s"))
    session.flush()
    assert regions(session, Organisation(remediation=RemediationSettings(regions=("us-east-1",)))) == [
        "eu-central-1",
        "us-east-1",
    ]


def test_a_closed_price_list_names_the_permission() -> None:
    """What to do is in the sentence that the admin channel reads."""
    with pytest.raises(UserError, match="pricing:GetProducts is not allowed"):
        fetch(Closed(), ["us-east-1"])


def test_an_empty_price_list_is_a_failure() -> None:
    """A catalogue without prices would silence every recommendation."""
    with pytest.raises(UserError, match="no price for us-east-9"):
        fetch(Empty(), ["us-east-9"])
