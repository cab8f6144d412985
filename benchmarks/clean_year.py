"""How many alerts a clean year raises: python -m benchmarks.clean_year [DAYS], 365 when none is given.

The demo's bills of thirteen months, without what is planted in them, are looked at on each morning as the
scheduled flow does, with the bills ending on the day before. Bar: a handful, which is five alerts a year.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import read_organisation
from config.settings import Settings
from db import engines
from db.embedded import postgres
from db.tables import Insight, OutboxMessage
from flows.anomalies import detect_anomalies
from flows.ingest.loading.delivery import ingest
from standins.bills.world import World
from standins.bills.write import write

HANDFUL = 5
_ORGANISATION = Path(__file__).resolve().parents[1] / "demo" / "organisation.yaml"


def measure(days: int, folder: Path) -> bool:
    """One year; whether its alerts are a handful at most."""
    folder.chmod(0o755)
    organisation, home, bills = read_organisation(_ORGANISATION), folder / "home", folder / "bills"
    today = datetime.now(UTC).date()
    write(bills, replace(World(anchor=today), planted=False))
    try:
        database = engines.connect(Settings(home=home, _env_file=None))
        for name in ("aws", "azure", "gcp"):
            assert not ingest([str(bills / name)], database, organisation, source=name).failed
        for back in range(days, 0, -1):
            day = today - timedelta(days=back)
            now = datetime.combine(day + timedelta(days=1), time(8), UTC)
            detect_anomalies.run(database, organisation, now, through=day)
        with Session(database.app) as session:
            alerts = session.scalars(
                sa.select(OutboxMessage).where(OutboxMessage.kind == "alert", OutboxMessage.update_key.is_(None))
            ).all()
            insights = session.scalars(sa.select(Insight).order_by(Insight.id)).all()
            series = session.scalar(
                sa.text("SELECT count(*) FROM finops.detector_states WHERE series NOT LIKE 'hour|%'")
            )
        database.dispose()
    finally:
        postgres.stop(home)
    within = len(alerts) <= HANDFUL * max(days, 1) / 365
    print(
        f"{days} clean days, {series} series: {len(insights)} insights, {len(alerts)} alerts "
        f"(at most {HANDFUL} a year): {'ok' if within else 'NOT within'}"
    )
    for one in insights:
        print(f"  {one.starts_on} {one.title} ({one.status})")
    return within


def main() -> int:
    """Exit 0 when there was a handful of alerts at most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days", nargs="?", type=int, default=365)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(parser.parse_args().days, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
