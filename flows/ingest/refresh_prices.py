"""The flow that refreshes the catalogue of on-demand prices."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from aws.clients import Cloud
from aws.permissions import MissingPermission, attempt
from config.errors import UserError
from config.organisation import Organisation, RemediationSettings
from db.tables import Resource
from domain.flows import flow_requests
from flows import failure
from flows.ingest.cloud import aws_prices
from flows.ingest.cloud.aws_prices import AwsPriceList, Priced, PriceList
from flows.ingest.loading.inventory import store_prices


@flow(name="refresh_prices", retries=2, retry_delay_seconds=60)
def refresh_prices(request_key: str | None = None) -> dict[str, Any]:
    """Load prices for the regions of finops.yaml and of known instances; returns how many, and for which regions."""
    with failure.running("refresh_prices", request_key) as (settings, organisation, database):
        with Session(database.app) as session:
            price_regions = regions(session, organisation)
        client = Cloud(RemediationSettings(), settings.aws_endpoint_url).client(
            "pricing", "", aws_prices.ENDPOINT_REGION, "observe"
        )
        priced = fetch(AwsPriceList(client), price_regions)
        with Session(database.app) as session, session.begin():
            result = {"prices": store_prices(session, priced, datetime.now(UTC)), "regions": price_regions}
            flow_requests.close(session, request_key, "finished", result, datetime.now(UTC))
        return result


def regions(session: Session, organisation: Organisation) -> list[str]:
    """Where prices are needed, sorted."""
    of_instances = (
        sa.select(Resource.region).distinct().where(Resource.provider == "AWS", Resource.instance_type.is_not(None))
    )
    return sorted({*organisation.remediation.regions, *(region for region in session.scalars(of_instances) if region)})


def fetch(price_list: PriceList, price_regions: list[str]) -> list[Priced]:
    """The catalogue; raises `UserError` that names the permission when the
    price list may not be read, or when it was empty.
    """
    priced = attempt(
        aws_prices.PERMISSION, "", aws_prices.ENDPOINT_REGION, lambda: aws_prices.read(price_list, price_regions)
    )
    if isinstance(priced, MissingPermission):
        raise UserError(priced.sentence())
    if not priced:
        raise UserError(
            f"The price list had no price for {', '.join(price_regions)}. Check the regions in finops.yaml."
        )
    return priced
