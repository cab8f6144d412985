"""What was found: the open insights, and a channel's digest of them."""

from decimal import Decimal
from typing import Annotated, Any

import typer

from analysis.wording import formatting
from commands.acting import AsOption, connect, permitted, read_organisation, read_settings, who_acts
from commands.printing import TableFormat, TableFormatOption, print_rows

_MONTH_DAYS = 30
_WORTH = f"""coalesce(abs(total_impact), abs(impact_amount) * CASE kind WHEN 'anomaly' THEN {_MONTH_DAYS} ELSE 1 END)
    DESC NULLS LAST, insight_id DESC"""


def list_insights(
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too")] = False,
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """What is open, the most money first: anomalies, budgets, idle resources, savings."""
    from nl2sql.execution.run import rows_of

    settings = read_settings()
    organisation = read_organisation(settings)
    where = "" if everything else "WHERE status IN ('open', 'acknowledged')"
    columns = "insight_id, detected_at, kind, severity, status, title, team, impact_amount, total_impact, currency"
    sql = f"SELECT {columns} FROM insights {where} ORDER BY {_WORTH} LIMIT 200"  # noqa: S608 - its names are constants, its values are bound
    rows = rows_of(sql, who_acts(settings, organisation, person), connect(settings), settings)
    shown = [
        (r["insight_id"], r["severity"], r["title"], _stake(r), r["team"], str(r["detected_at"])[:16]) for r in rows
    ]
    print_rows(rows, ("id", "severity", "title", "impact_amount", "team", "since"), shown, format)


def _stake(row: dict[str, Any]) -> str:
    """What is at stake in a month, as it would be if an unusual day stayed; of what is over, what it came to."""
    if row["total_impact"] is not None:
        return f"{formatting.money(abs(Decimal(str(row['total_impact']))), row['currency'])} in all"
    if row["impact_amount"] is None:
        return ""
    days = _MONTH_DAYS if row["kind"] == "anomaly" else 1
    return f"{formatting.money(abs(Decimal(str(row['impact_amount']))) * days, row['currency'])} a month"


def digest(
    channel: Annotated[str, typer.Argument(help="A channel of finops.yaml, as #payments")],
    person: AsOption = None,
) -> None:
    """Print a channel's digest as it would be posted now."""
    from datetime import UTC, datetime

    from config.access import may_see_team
    from config.errors import UserError
    from flows.digests.send_digests import text_for

    settings = read_settings()
    organisation = read_organisation(settings)
    actor = permitted(settings, organisation, person, "read")
    configured = organisation.channel_named(channel)
    if configured is not None and not actor.sees_all and not may_see_team(actor, configured.team):
        raise UserError(f"You may not see the costs that are told in {channel}.")
    typer.echo(text_for(connect(settings), organisation, channel, datetime.now(UTC).date()))
