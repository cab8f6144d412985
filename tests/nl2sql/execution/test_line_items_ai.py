"""Tokens, requests and GPU hours of AI services, as people ask for them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from config.access import Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.loading.delivery import ingest
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask
from nl2sql.deps import Deps

LEAD = Actor("lead", sees_all=True)
ROW = {
    "BilledCost": "2",
    "BillingAccountId": "4029",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargePeriodEnd": "2026-09-11T00:00:00Z",
    "ChargePeriodStart": "2026-09-10T00:00:00Z",
    "ConsumedQuantity": "1",
    "ConsumedUnit": "Hrs",
    "EffectiveCost": "2",
    "ProviderName": "AWS",
    "ServiceCategory": "AI and Machine Learning",
    "ServiceName": "Amazon Bedrock",
    "SkuMeter": "",
    "Tags": '{"team": "search"}',
}
# meter, unit, quantity, cost, service
USED = (
    ("USE1-Claude3Sonnet-input-tokens", "1K tokens", "2000", "6", "Amazon Bedrock"),
    ("USE1-Claude3Sonnet-output-tokens", "1K tokens", "1000", "15", "Amazon Bedrock"),
    ("USE1-NovaLite-input-tokens", "1K tokens", "1000", "1", "Amazon Bedrock"),
    ("gpt 4o 0806 Inp glbl Tokens", "1K", "500", "2", "Azure OpenAI"),
    ("USE1-BoxUsage:p4d.24xlarge", "Hrs", "10", "320", "Amazon Elastic Compute Cloud"),
    ("USE1-BoxUsage:m5.large", "Hrs", "100", "10", "Amazon Elastic Compute Cloud"),
)


@pytest.fixture
def loaded(clean_database: Database, tmp_path: Path, settings: Settings) -> Deps:
    """A day of models and machines."""
    path = tmp_path / "bill.csv"
    names = ("SkuMeter", "ConsumedUnit", "ConsumedQuantity", "EffectiveCost", "ServiceName")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows([{**ROW, **dict(zip(names, used, strict=True))} for used in USED])
    organisation = Organisation.model_validate({"allocation": {"team": [{"tag": "team"}]}})
    assert not ingest([str(path)], clean_database, organisation).failed
    return Deps(clean_database, settings, organisation, today=date(2026, 9, 15))


@pytest.mark.parametrize(
    ("question", "rows", "text"),
    [
        ("how many tokens did Amazon Bedrock use in September 2026", [(4_000_000,)], "4M tokens: Amazon Bedrock"),
        ("how many tokens did Bedrock use", [(4_000_000,)], "4M tokens: "),
        (
            "tokens by model in September 2026",
            [("Claude3Sonnet", 3_000_000), ("NovaLite", 1_000_000), ("gpt 4o 0806", 500_000)],
            "tokens in total, of which Claude3Sonnet",
        ),
        (
            "cost per million tokens by model in September 2026",
            [("Claude3Sonnet", 7), ("gpt 4o 0806", 4), ("NovaLite", 1)],
            "highest Claude3Sonnet with $7 per million tokens",
        ),
        ("cost per million tokens in September 2026", [(5.333333,)], "$5.33 per million tokens"),
        ("how many gpu hours did we use in September 2026", [(80,)], "80"),
        ("cost per gpu hour in September 2026", [(4,)], "$4 per GPU hour"),
        ("gpu hours by team in September 2026", [("search", 80)], "GPU hours"),
        ("top 2 models by cost in September 2026", [("Claude3Sonnet", 21), ("gpt 4o 0806", 2)], "Claude3Sonnet $21"),
    ],
)
def test_questions_about_models(loaded: Deps, question: str, rows: list[tuple[object, ...]], text: str) -> None:
    answer = ask(question, LEAD, None, loaded)
    assert isinstance(answer, Answer), answer
    assert [tuple(round(c, 6) if isinstance(c, float) else c for c in row) for row in answer.rows] == rows
    assert text in answer.text
