"""Services of bills without categories are put where people look for them."""

import polars as pl
import pytest

from flows.ingest.formats import service_categories


@pytest.mark.parametrize(
    ("service", "category"),
    [
        ("AmazonEC2", "Compute"),
        ("AmazonRDS", "Databases"),
        ("AmazonS3", "Storage"),
        ("AWSDataTransfer", "Networking"),
        ("Azure Data Factory v2", "Analytics"),
        ("Azure Cosmos DB", "Databases"),
        ("BigQuery", "Analytics"),
        ("Cloud Run", "Compute"),
        ("AWS Config", "Management and Governance"),
        ("AWS IAM", "Identity"),
        ("Diamond Miami Rental", "Other"),  # "iam" within a word is nobody's identity
        ("Something New", "Other"),
    ],
)
def test_words_of_a_name_decide(service: str, category: str) -> None:
    assert category in service_categories.CATEGORIES
    assert pl.select(service_categories.of_service(pl.lit(service))).item() == category


def test_a_service_without_a_name_has_no_category() -> None:
    assert pl.select(service_categories.of_service(pl.lit(None, dtype=pl.String))).item() is None


@pytest.mark.parametrize(
    ("family", "service", "category"),
    [("Containers", "x", "Compute"), ("Databases", "x", "Databases"), ("Unheard", "Azure Cosmos DB", "Databases")],
)
def test_a_family_goes_before_the_service_where_it_is_one(family: str, service: str, category: str) -> None:
    assert pl.select(service_categories.of_family(pl.lit(family), pl.lit(service))).item() == category
