"""What formats that are not FOCUS have in common: names, nested fields, categories."""

import polars as pl
import pytest

from flows.ingest.formats.known import recognise
from flows.ingest.formats.native import Fields, json_object, plain
from flows.ingest.formats.service_categories import CATEGORIES, of_family, of_service


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("lineItem/UsageAccountId", "lineitemusageaccountid"),
        ("line_item_usage_account_id", "lineitemusageaccountid"),
        ("Kategorie der Verbrauchseinheit (MeterCategory)", "metercategory"),
        ("service.description", "servicedescription"),
    ],
)
def test_one_name_of_every_spelling(written: str, name: str) -> None:
    """Signs, case and translations do not matter."""
    assert plain(written) == name


def test_a_field_is_found_by_itself_or_inside_a_nested_column() -> None:
    """Broken JSON and words for nothing are nothing."""
    fields = Fields(("a", "Other Column"))
    frame = pl.DataFrame({"0": ['{"b":"x","n":1.5}', '{"b":null}', "not JSON", None], "1": ["1", "None", "", None]})
    assert frame.select(fields.text("a.b")).to_series().to_list() == ["x", None, None, None]
    assert frame.select(fields.number("a.n")).to_series().to_list() == [1.5, None, None, None]
    assert frame.select(fields.text("missing", "other_column")).to_series().to_list() == ["1", None, None, None]
    assert fields.lacks("a.b", "c.d") == ("c.d",)


def test_an_object_holds_what_is_known() -> None:
    """Nulls are left out whatever stands in the texts beside them."""
    frame = pl.DataFrame(
        {"a": [None, 'x":null,', None], "b": ["1", None, None]}, schema={"a": pl.String, "b": pl.String}
    )
    known = frame.select(json_object({"a": pl.col("a"), "b": pl.col("b")})).to_series().to_list()
    assert known == ['{"b":"1"}', '{"a":"x\\":null,"}', None]


@pytest.mark.parametrize(
    ("service", "category"),
    [
        ("AmazonEC2", "Compute"),
        ("AmazonS3", "Storage"),
        ("AmazonRDS", "Databases"),
        ("AWSIoT", "Internet of Things"),
        ("awskms", "Security"),
        ("International Standards", "Other"),
        ("BigQuery", "Analytics"),
        ("Azure Data Factory v2", "Analytics"),
        ("SQL Database", "Databases"),
        ("BLOCK_STORAGE", "Storage"),
        ("Claude (Amazon Bedrock Edition)", "AI and Machine Learning"),
        ("AWSDataTransfer", "Networking"),
        (None, None),
    ],
)
def test_services_have_the_categories_of_the_specification(service: str | None, category: str | None) -> None:
    """By words, not by parts of words."""
    assert pl.select(of_service(pl.lit(service, dtype=pl.String))).item() == category
    assert category is None or category in CATEGORIES


def test_azures_families_come_before_words() -> None:
    """Where the specification has the family or another word for it."""
    frame = pl.DataFrame({"family": ["Compute", "AI + Machine Learning", "Whatever", None], "service": ["Storage"] * 4})
    categories = frame.select(of_family(pl.col("family"), pl.col("service"))).to_series().to_list()
    assert categories == ["Compute", "AI and Machine Learning", "Storage", "Storage"]


def test_what_is_no_known_format_stays_unknown() -> None:
    """A few columns in common are not enough."""
    assert recognise(("BilledCost", "EffectiveCost", "ServiceName")) is None
    assert recognise(("billing_account_id", "service.description", "cost")) is None
