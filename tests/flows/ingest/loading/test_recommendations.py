"""What Azure Advisor and Google Cloud Recommender export stands among the recommendations."""

import csv
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.organisation import Organisation
from db.database import Database
from flows.savings import find_savings
from tests.flows.conftest import Bill, Load, all_rows, rows

VM = "/subscriptions/sub-1/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
ADVISOR: dict[str, Any] = {
    "id": f"{VM}/providers/Microsoft.Advisor/recommendations/a1",
    "category": "Cost",
    "impact": "High",
    "impactedField": "Microsoft.Compute/virtualMachines",
    "impactedValue": "vm1",
    "lastUpdated": "2026-10-20T04:00:00.123456+00:00",
    "shortDescription": {"problem": "Low use", "solution": "Right-size or shutdown underutilized virtual machines"},
    "extendedProperties": {
        "annualSavingsAmount": "1200",
        "savingsCurrency": "EUR",
        "currentSku": "Standard_D4s_v3",
        "targetSku": "Standard_D2s_v3",
    },
    "resourceMetadata": {"resourceId": VM},
}
_NAME = "projects/77/locations/us-central1-a/recommenders/{}/recommendations/{}"
IDLE = _NAME.format("google.compute.instance.IdleResourceRecommender", "g1")
RECOMMENDER: dict[str, Any] = {
    "cloud_entity_type": "PROJECT_NUMBER",
    "cloud_entity_id": "77",
    "name": IDLE,
    "recommender": "google.compute.instance.IdleResourceRecommender",
    "recommender_subtype": "STOP_VM",
    "target_resources": ["//compute.googleapis.com/projects/shop/zones/us-central1-a/instances/vm-1"],
    "description": "Save cost by stopping idle VM 'vm-1'.",
    "last_refresh_time": "2026-10-20 04:00:00 UTC",
    "primary_impact": {
        "category": "COST",
        "cost_projection": {
            "cost": {"currency_code": "USD", "units": -10, "nanos": -500_000_000},
            "duration": {"seconds": 1_296_000, "nanos": 0},
        },
    },
    "state": "ACTIVE",
    "priority": "P2",
}
STANDING = "SELECT kind, resource_id, account, team, monthly_savings, currency, status FROM finops.recommendations"


def _lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records))
    return path


def _standing(database: Database) -> list[tuple[Any, ...]]:
    return all_rows(database, f"{STANDING} ORDER BY fingerprint")


def test_azures_advice_is_a_twelfth_of_a_year(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """As `az advisor recommendation list` gives it; advice about safety is counted and left out."""
    safety = {**ADVISOR, "id": "other", "category": "HighAvailability"}
    (loaded,) = load(_lines(tmp_path / "advisor.jsonl", ADVISOR, safety)).loads
    assert (loaded.status, loaded.format, loaded.rows) == ("loaded", "Azure Advisor", 1)
    assert loaded.note == "1 of 2 are not about cost, or save nothing."
    assert _standing(clean_database) == [
        ("advised_rightsize", VM.lower(), "sub-1", None, Decimal("100.00"), "EUR", "open")
    ]
    states = all_rows(clean_database, "SELECT current_state, proposed_state FROM finops.recommendations")
    assert states == [
        ("Standard_D4s_v3", "Standard_D2s_v3: Right-size or shutdown underutilized virtual machines"),
    ]


@pytest.mark.parametrize("shape", ["rest", "resource graph"])
def test_its_other_shapes_say_the_same(load: Load, clean_database: Database, tmp_path: Path, shape: str) -> None:
    properties = {name: value for name, value in ADVISOR.items() if name != "id"}
    record = {"id": ADVISOR["id"], "type": "Microsoft.Advisor/recommendations", "properties": properties}
    if shape == "rest":
        path = _lines(tmp_path / "advisor.jsonl", record)
    else:
        path = tmp_path / "advisor.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(record))
            writer.writeheader()
            writer.writerow({**record, "properties": json.dumps(properties)})
    assert load(path).loads[0].rows == 1
    assert _standing(clean_database)[0][4:6] == (Decimal("100.00"), "EUR")


def test_the_portals_download(load: Load, clean_database: Database, tmp_path: Path) -> None:
    head = "Category,Business Impact,Recommendation,Subscription ID,Subscription Name,Resource Group,Resource Name,Type"
    (tmp_path / "advisor.csv").write_text(
        f"{head},Potential Annual Cost Savings,Currency,Updated Date\n"
        'Cost,High,Buy reserved virtual machine instances,sub-1,Shop,,,Subscription,"2,400.50",USD,2026-10-20\n'
        "Security,High,Enable MFA,sub-1,Shop,,,Subscription,,,2026-10-20\n"
    )
    load(tmp_path / "advisor.csv")
    assert _standing(clean_database) == [("advised_commitment", "Shop", "Shop", None, Decimal("200.04"), "USD", "open")]


@pytest.mark.parametrize("camel", [False, True])
def test_googles_advice_is_brought_to_a_month(
    load: Load, clean_database: Database, tmp_path: Path, camel: bool
) -> None:
    """As BigQuery exports it and as `gcloud` lists it: $10.50 in 15 days are $21 in 30."""
    record = RECOMMENDER
    if camel:
        projection = {"cost": {"currencyCode": "USD", "units": "-10", "nanos": -500_000_000}, "duration": "1296000s"}
        operation = {"action": "test", "resource": RECOMMENDER["target_resources"][0]}
        record = {
            "name": IDLE,
            "recommenderSubtype": "STOP_VM",
            "description": RECOMMENDER["description"],
            "lastRefreshTime": "2026-10-20T04:00:00Z",
            "primaryImpact": {"category": "COST", "costProjection": projection},
            "content": {"operationGroups": [{"operations": [operation]}]},
            "stateInfo": {"state": "ACTIVE"},
        }
    costs_more = {**record, "name": "dearer"}
    costs_more[next(name for name in record if name.startswith("primary"))] = {"category": "COST"}
    (loaded,) = load(_lines(tmp_path / "recommender.jsonl", record, costs_more)).loads
    assert (loaded.format, loaded.rows) == ("Google Cloud Recommender", 1)
    resource = RECOMMENDER["target_resources"][0]
    assert _standing(clean_database) == [("advised_idle", resource, "shop", None, Decimal("21.00"), "USD", "open")]


def test_accounts_are_called_as_in_the_bills(load: Load, bill: Bill, clean_database: Database, tmp_path: Path) -> None:
    """And a resource of the inventory brings its team."""
    organisation = Organisation.model_validate({"allocation": {"team": [{"tag": ["team"]}]}})
    load(bill(rows(1, SubAccountId="sub-1", SubAccountName="Shop", ResourceId=VM.lower())), organisation=organisation)
    other = {**ADVISOR, "id": "b", "resourceMetadata": {"resourceId": VM.replace("vm1", "vm2")}}
    load(_lines(tmp_path / "advisor.jsonl", ADVISOR, other), organisation=organisation)
    assert [row[2:4] for row in _standing(clean_database)] == [("Shop", "payments"), ("Shop", None)]


def test_a_newer_export_takes_the_place_of_the_older(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Of the accounts that it names; done and dismissed advice is such, and what people decided stays."""
    second = {**RECOMMENDER, "name": _NAME.format("google.compute.disk.IdleResourceRecommender", "g2")}
    elsewhere = {
        **RECOMMENDER,
        "name": "x",
        "target_resources": ["//compute.googleapis.com/projects/lab/zones/z/disks/d"],
    }
    path = tmp_path / "recommender.jsonl"
    assert load(_lines(path, RECOMMENDER, second, elsewhere)).loads[0].status == "loaded"
    assert load(path).loads[0].status == "unchanged"
    with clean_database.owner.begin() as connection:
        connection.execute(sa.text("UPDATE finops.recommendations SET status = 'dismissed' WHERE fingerprint ~ 'g1$'"))
    load(_lines(path, {**RECOMMENDER, "description": "Stop it."}))
    assert [row[-1] for row in _standing(clean_database)] == ["gone", "dismissed", "open"]
    load(_lines(path, {**RECOMMENDER, "state": "SUCCEEDED"}, second))
    assert [row[-1] for row in _standing(clean_database)] == ["open", "done", "open"]


def test_the_morning_leaves_advice_until_it_is_old(load: Load, clean_database: Database, tmp_path: Path) -> None:
    """Our own findings do not close it; a month without a newer export does."""
    load(_lines(tmp_path / "recommender.jsonl", RECOMMENDER))
    seen = datetime(2026, 10, 20, 4, tzinfo=UTC)
    find_savings.run(clean_database, Organisation(), seen + timedelta(days=29))
    assert _standing(clean_database)[0][-1] == "open"
    find_savings.run(clean_database, Organisation(), seen + timedelta(days=31))
    assert _standing(clean_database)[0][-1] == "gone"


@pytest.mark.parametrize(
    "broken", [{"primary_impact": "none"}, {"primary_impact": {"category": "COST", "cost_projection": {"cost": "x"}}}]
)
def test_a_file_that_cannot_be_read_is_named(load: Load, tmp_path: Path, broken: dict[str, Any]) -> None:
    (skipped,) = load(_lines(tmp_path / "recommender.jsonl", RECOMMENDER, {**RECOMMENDER, **broken})).loads
    assert skipped.status == "skipped"
    assert "Row 2 is no advice of Google Cloud Recommender as it is documented." in (skipped.error or "")


def test_advice_lies_beside_bills(load: Load, bill: Bill, clean_database: Database, tmp_path: Path) -> None:
    """One folder of both is one delivery."""
    bill(rows(2))
    _lines(tmp_path / "recommender.jsonl", RECOMMENDER)
    assert sorted(one.format or "" for one in load(tmp_path).loads) == ["FOCUS 1.0", "Google Cloud Recommender"]
    assert all_rows(clean_database, "SELECT sum(billed_cost)::text FROM finops.daily_costs") == [("2.5",)]
