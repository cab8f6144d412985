"""A load of bills: its rows, its money, what stood before."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.cards.messages import load
from config.organisation import Organisation
from db.database import Database
from flows.ingest.ingest_costs import combined
from flows.ingest.loading.delivery import ingest
from tests.recomputed import said
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World


def recompute(planted: World, database: Database, folder: Path) -> Iterator[Recomputed]:
    """The same month twice, the second time a little dearer and longer."""
    before: list[Said] = []
    for number, count in enumerate((planted.chance.randrange(20, 40), planted.chance.randrange(40, 60))):
        path = folder / f"bill-{'ab'[number]}.csv"
        _write(path, planted, count)
        result = ingest([str(path)], database, Organisation(), source="files")
        merged = combined({"files": result})
        payload: Any = {"type": "load"} | {
            name: merged[name] for name in ("loads", "replaced", "rows", "rejected", "totals", "standing", "title")
        }
        [(rows, effective, billed, tax)] = planted.reader.execute(
            """SELECT count(*), sum(EffectiveCost), sum(BilledCost), sum(BilledCost)
            FILTER (WHERE ChargeCategory = 'Tax') FROM read_csv(?)""",
            [str(path)],
        ).fetchall()
        month = said.month(planted.month)
        notes = [month, said.count(billed), *before, said.count(tax)]
        true: dict[str, list[Said]] = {
            "section": [said.count(rows), said.money(effective)],
            "table": [month, said.count(rows)],
            "context": notes,
        }
        yield Recomputed(f"load {number + 1}", load.card(payload), true)
        before = [said.count(billed)]


def _write(path: Path, planted: World, count: int) -> None:
    first = planted.month
    end = (first + timedelta(days=32)).replace(day=1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "BilledCost",
                "BillingAccountId",
                "BillingCurrency",
                "BillingPeriodStart",
                "BillingPeriodEnd",
                "ChargeCategory",
                "ChargePeriodStart",
                "ChargePeriodEnd",
                "EffectiveCost",
                "ListCost",
                "ProviderName",
                "ServiceName",
                "SubAccountId",
            ]
        )
        for number in range(count):
            day = first + timedelta(days=number % 28)
            billed, effective = (round(planted.chance.uniform(1, 900), 4) for _ in range(2))
            category = "Tax" if number % 9 == 4 else "Usage"
            writer.writerow(
                [
                    billed,
                    "loaded",
                    "USD",
                    f"{first}T00:00:00Z",
                    f"{end}T00:00:00Z",
                    category,
                    f"{day}T00:00:00Z",
                    f"{day + timedelta(days=1)}T00:00:00Z",
                    effective,
                    billed,
                    "Oracle",
                    "Compute",
                    "account",
                ]
            )
