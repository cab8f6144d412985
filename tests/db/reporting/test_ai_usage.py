"""Models, tokens, requests and GPU hours, told from the words and units of bills."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from db.reporting.ai_usage import AI_USAGE

# As price lists and exports of the providers write meter, unit, description, service and size.
MODELS = [
    ("USE1-Claude3Sonnet-input-tokens", "1K tokens", 12.5, "", "Amazon Bedrock", "Claude3Sonnet", 12_500),
    ("USE1-TitanEmbeddingV2-Text-input-tokens", "1K tokens", 2, "", "Amazon Bedrock", "TitanEmbeddingV2", 2_000),
    (
        "USE1-MP:USE1_InputTokenCount-Units",
        "Units",
        0.25,
        "AWS Marketplace software usage|us-east-1|Million Input Tokens Regional",
        "Claude 3.5 Sonnet (Amazon Bedrock Edition)",
        "Claude 3.5 Sonnet",
        250_000,
    ),
    ("gpt 4o 0806 Inp glbl Tokens", "1K", 44, "", "Azure OpenAI", "gpt 4o 0806", 44_000),
    ("gpt-4o-mini-0718-Outp-regnl Tokens", "1K", 1, "", "Cognitive Services", "gpt-4o-mini-0718", 1_000),
    ("o3-mini input tokens", "1M Tokens", 3, "", "OpenAI", "o3-mini", 3_000_000),
    ("claude-sonnet-4-20250514", "tokens", 3, "", "Anthropic", "claude-sonnet-4-20250514", 3),
    ("Gemini 1.5 Pro Input Token Count", "count", 3_000, "", "Vertex AI", "Gemini 1.5 Pro", 3_000),
    (None, "1,000 Tokens", 5, "", "Amazon Bedrock", None, 5_000),
    ("Provisioned throughput Claude", "Hours", 7, "", "Amazon Bedrock", "Claude", None),
    ("Container-token-exchange", "GB", 7, "token service", "Some Service", None, None),
    ("BoxUsage:m5.large", "Hrs", 7, "", "Amazon Elastic Compute Cloud", None, None),
]
MACHINES = [
    ("USE1-BoxUsage:p4d.24xlarge", "Hrs", 10, "p4d.24xlarge", 80),
    ("USE1-BoxUsage:g5.12xlarge", "Hours", 10, None, 40),
    ("USE1-Host:ml.g5.xlarge", "Hrs", 10, "ml.g5.xlarge", 10),
    ("NC24ads A100 v4", "1 Hour", 10, "Standard_NC24ads_A100_v4", 10),
    ("Nvidia L4 GPU attached to Spot Preemptible VMs", "hour", 7, None, 7),
    ("Nvidia L4 GPU attached to Spot Preemptible VMs", "seconds", 7_200, None, 2),
    ("A2 Instance Core running in Belgium", "hour", 7, "a2-highgpu-4g", None),
    ("a3 machine", "hour", 2, "a3-highgpu-8g", 16),
    ("EBSOptimized:p3.2xlarge", "Hrs", 10, "p3.2xlarge", None),
    ("DataTransfer-Out-Bytes", "GB", 10, "p4d.24xlarge", None),
    ("BoxUsage:m5.large", "Hrs", 10, "m5.large", None),
]
REQUESTS = [
    ("Requests-Tier1", "Requests", 300, 300),
    ("Lambda-Request", "1M requests", 2, 2_000_000),
    ("APIRequest", "API Requests", 7, 7),
    ("BoxUsage:m5.large", "Hrs", 7, None),
]
_COLUMNS = (
    "sku_meter, consumed_unit, consumed_quantity, charge_description, service_name, instance_type, charge_category"
)
_EMPTY = "NULL::VARCHAR AS sku_id, NULL::VARCHAR AS pricing_unit, NULL::DECIMAL(38, 18) AS pricing_quantity, "
_EMPTY += "NULL::VARCHAR AS service_category, NULL::VARCHAR AS service_subcategory, NULL::VARCHAR AS publisher_name"


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def told(engine: duckdb.DuckDBPyConnection, *values: Any, category: str = "Usage") -> dict[str, Any]:
    """What the columns say of one charge."""
    kinds = ("VARCHAR", "VARCHAR", "DECIMAL(38, 18)", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR")
    names = _COLUMNS.split(", ")
    given = ", ".join(f"CAST(? AS {kind}) AS {name}" for kind, name in zip(kinds, names, strict=True))
    columns = ", ".join(f"{sql} AS {name}" for name, _, sql, _ in AI_USAGE)
    row = engine.execute(f"SELECT {columns} FROM (SELECT {given}, {_EMPTY})", [*values, category]).fetchone()
    assert row is not None
    return dict(zip((name for name, *_ in AI_USAGE), row, strict=True))


@pytest.mark.parametrize(("meter", "unit", "quantity", "said", "service", "model", "tokens"), MODELS)
def test_models_and_tokens(
    engine: duckdb.DuckDBPyConnection,
    meter: str | None,
    unit: str,
    quantity: float,
    said: str,
    service: str,
    model: str | None,
    tokens: float | None,
) -> None:
    found = told(engine, meter, unit, quantity, said, service, None)
    assert (found["ai_model"], found["tokens"]) == (model, tokens)


@pytest.mark.parametrize(("meter", "unit", "quantity", "size", "hours"), MACHINES)
def test_hours_of_gpus(
    engine: duckdb.DuckDBPyConnection, meter: str, unit: str, quantity: float, size: str | None, hours: float | None
) -> None:
    assert told(engine, meter, unit, quantity, "", "Machines", size)["gpu_hours"] == hours


@pytest.mark.parametrize(("meter", "unit", "quantity", "requests"), REQUESTS)
def test_requests(
    engine: duckdb.DuckDBPyConnection, meter: str, unit: str, quantity: float, requests: float | None
) -> None:
    assert told(engine, meter, unit, quantity, "", "A service", None)["requests"] == requests


def test_what_is_no_usage_counts_for_nothing(engine: duckdb.DuckDBPyConnection) -> None:
    """A refund in tokens is no use of them."""
    found = told(engine, "Claude3Sonnet-input-tokens", "1K tokens", 5, "", "Amazon Bedrock", None, category="Credit")
    assert found["tokens"] is None
