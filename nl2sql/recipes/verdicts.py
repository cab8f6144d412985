"""What the sections of a recipe come to: the first sentence of its answer, from the sections' own rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nl2sql.answers.outcomes import Section
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.headlines.describe_change import change
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.columns import slug
from nl2sql.recipes.catalog import RecipeStep
from nl2sql.recipes.recognise import RecipeCall

_THINGS = 3
Row = dict[str, Any]


@dataclass(frozen=True)
class StepResult:
    """A step with its section, the currency of its amounts (or `several`), how the rows are drawn, and whether it ended
    before it was answered.
    """

    step: RecipeStep
    section: Section
    query: CostQuery | None = None
    chart: str = "none"
    currency: str = "several"
    failed: bool = False

    @property
    def rows(self) -> list[Row]:
        """The rows by their columns."""
        return [dict(zip(self.section.columns, row, strict=True)) for row in self.section.rows]

    @property
    def single_currency(self) -> str | None:
        """The one currency of all amounts; None where there are several, over which no figure is told."""
        named = {str(row["currency"]) for row in self.rows if "currency" in row}
        if named:
            return named.pop() if len(named) == 1 else None
        return None if self.currency == "several" else self.currency

    @property
    def ranked(self) -> bool:
        """Whether the first row leads: amounts of several currencies have no order."""
        return self.single_currency is not None


def _of(findings: list[StepResult], subject: str) -> list[Row]:
    """The rows of the step that lists a subject."""
    return next((one.rows for one in findings if one.step.listed and one.step.listed.subject == subject), [])


def _total(_call: RecipeCall, findings: list[StepResult]) -> str:
    """The total of the first step and its change, as far as both are known in one currency."""
    first = findings[0]
    currency = first.single_currency
    if not first.rows or first.query is None or len(first.query.compared) != 1 or currency is None:
        return ""
    before = first.query.compared[0]
    columns = [slug(period.label) for period in (first.query.period, before)]
    if not {"change", *columns} <= set(first.section.columns):
        return ""
    now, then = (sum(float(row[column] or 0) for row in first.rows) for column in columns)
    return f"{money(now, currency)}, {change(now, then, currency)} vs {before.label}."


def _worth(rows: list[Row]) -> tuple[float, str] | None:
    """The total monthly saving of recommendations and its currency; None unless the known ones share one currency."""
    valued = [row for row in rows if row["monthly_savings"] is not None]
    currencies = {str(row["currency"]) for row in valued}
    return (sum(row["monthly_savings"] for row in valued), currencies.pop()) if len(currencies) == 1 else None


def _saved(rows: list[Row]) -> str:
    """`28 open recommendations are worth up to $1,103 a month; several of one resource exclude each other`."""
    worth = _worth(rows)
    if not rows:
        return "no recommendation is open"
    number = f"{len(rows)} open recommendation{'' if len(rows) == 1 else 's'}"
    if worth is None:
        return f"{number}, whose worth is not known in one currency"
    resources = {row["resource_id"] for row in rows}
    once = "" if len(resources) == len(rows) else ", of which those of one resource exclude each other"
    return f"{number} {'is' if len(rows) == 1 else 'are'} worth up to {money(worth[0], worth[1])} a month{once}"


def _over(rows: list[Row]) -> list[Row]:
    """Budgets that are exceeded or heading over."""
    return [row for row in rows if max(row["spent"] or 0, row["forecast"] or 0) > row["amount"]]


def _beyond(row: Row) -> float:
    return float(max(row["spent"] or 0, row["forecast"] or 0) - row["amount"])


def _budgets_and_cuts(_call: RecipeCall, findings: list[StepResult]) -> str:
    budgets, cuts = _of(findings, "budgets"), _of(findings, "recommendations")
    saved = _saved(cuts)
    if not budgets:
        return f"{saved[0].upper()}{saved[1:]}."
    over = _over(budgets)
    if not over:
        return f"No: none of {len(budgets)} budgets is exceeded or heading over. {saved[0].upper()}{saved[1:]}."
    named = ", ".join(f"{row['budget']} by {money(_beyond(row), row['currency'])}" for row in over[:_THINGS])
    more = f" and {len(over) - _THINGS} more" if len(over) > _THINGS else ""
    verb = "is exceeded or heading over" if len(over) == 1 else "are exceeded or heading over"
    return f"Yes: {len(over)} of {len(budgets)} budgets {verb}: {named}{more}. {saved[0].upper()}{saved[1:]}."


def _savings_and_overrun(_call: RecipeCall, findings: list[StepResult]) -> str:
    budgets, cuts = _of(findings, "budgets"), _of(findings, "recommendations")
    over, worth = _over(budgets), _worth(cuts)
    saved = _saved(cuts)
    if not budgets:
        return f"There is no budget to compare with; {saved}."
    if not over:
        return f"Nothing is exceeded or heading over; {saved}."
    currencies = {str(row["currency"]) for row in over}
    if len(currencies) > 1 or worth is None or worth[1] not in currencies:
        return f"{len(over)} budgets are exceeded or heading over; {saved}."
    beyond = sum(map(_beyond, over))
    currency = currencies.pop()
    names = ", ".join(str(row["budget"]) for row in over[:_THINGS]) + (" and more" if len(over) > _THINGS else "")
    answer = "Yes, if all of it is done" if worth[0] >= beyond else "No"
    gap = f", {money(abs(worth[0] - beyond), currency)} {'more' if worth[0] >= beyond else 'less'} than that"
    return f"{answer}: {names} {'are' if len(over) > 1 else 'is'} heading {money(beyond, currency)} over; {saved}{gap}."


def _today(call: RecipeCall, findings: list[StepResult]) -> str:
    most = call.limit or _THINGS
    things = [str(row["title"]) for row in _of(findings, "attention")]
    over = [
        f"budget {row['budget']} is heading {money(_beyond(row), row['currency'])} over"
        for row in _over(_of(findings, "budgets"))
        if not any(str(row["budget"]) in title for title in things[:most])
    ]
    waiting = [f"{row['playbook']} on {row['resource_id']} waits for approval" for row in _of(findings, "remediations")]
    chosen = [*things[: max(most - len(over[:1]) - len(waiting[:1]), 1)], *over[:1], *waiting[:1]]
    chosen += [thing for thing in things if thing not in chosen][: max(most - len(chosen), 0)]
    if not chosen:
        return "Nothing is open, no budget is heading over and nothing waits for approval."
    return " ".join(f"{place}. {thing.rstrip('.')}." for place, thing in enumerate(chosen[:most], 1))


def _grew_most(_call: RecipeCall, findings: list[StepResult]) -> str:
    """What leads the ranking of the first step and of those behind it."""
    first = findings[0]
    if not first.rows or "change" not in first.section.columns:
        return "Nothing grew." if not first.rows else ""
    currency = first.single_currency
    if currency is None or not first.ranked:
        return ""
    behind = [
        one for one in findings[1:] if one.rows and "change" in one.section.columns and one.single_currency == currency
    ]
    parts = [
        f"{one.step.title.split(' ', maxsplit=1)[0].lower().removesuffix('s')} {_leading(one)} "
        f"(+{money(one.rows[0]['change'], currency)})"
        for one in behind
    ]
    stands = f"; most of what rose in it: {' and '.join(parts)}" if parts else ""
    return f"{_leading(first)} grew most, by {money(first.rows[0]['change'], currency)}{stands}."


def _leading(finding: StepResult) -> str:
    """The name in the first row, of the first dimension that was asked for."""
    assert finding.query is not None
    return str(finding.rows[0][finding.query.dimensions[0]])


def _forecast(_call: RecipeCall, findings: list[StepResult]) -> str:
    ahead = _of(findings, "forecasts")
    before = next((one for one in findings if one.step.period == "month_before"), None)
    if not ahead or before is None or len(before.rows) != 1 or before.query is None:
        return ""
    currency = before.single_currency
    if currency is None or {str(row["currency"]) for row in ahead} != {currency}:
        return ""
    expected, then = float(ahead[0]["expected_cost"]), float(before.rows[0][before.query.metric] or 0)
    moved = change(expected, then, currency)
    return (
        f"{money(expected, currency)} are expected, {moved} against {before.query.period.label} "
        f"({money(then, currency)})."
    )


def _spike(_call: RecipeCall, findings: list[StepResult]) -> str:
    """Whether what was noticed is over, by its status, and what the episodes that ended cost beyond the expected."""
    episodes = _of(findings, "episodes")
    if not episodes:
        return "Nothing of that kind was noticed."
    still = [row for row in episodes if row["status"] != "resolved"]
    state = f"{len(still)} of {len(episodes)} not resolved" if still else f"Resolved, all {len(episodes)}"
    ended = [row for row in episodes if row["total_impact"] is not None]
    going = [row for row in episodes if row["total_impact"] is None and row["impact_amount"] is not None]
    currencies = {str(row["currency"]) for row in (*ended, *going)}
    if len(currencies) != 1:
        return f"{state}."
    currency = currencies.pop()
    total = sum(row["total_impact"] for row in ended)
    themselves = "itself" if len(ended) == 1 else "themselves"
    cost = f"; {len(ended)} ended by {themselves}, {money(total, currency)} beyond the expected in all" if ended else ""
    day = sum(row["impact_amount"] for row in going if row["status"] != "resolved")
    on = f"; what goes on is {money(day, currency)} a day beyond it" if day else ""
    return f"{state}{cost}{on}."


def _weekend_stop(_call: RecipeCall, findings: list[StepResult]) -> str:
    """The most that stopping could save: what is on demand, of all of it; in several currencies without a figure."""
    first = findings[:2]
    if len(first) < 2 or not all(one.rows and one.query for one in first):
        return ""
    caveat = "storage and commitments cost on while machines are off. Nothing is stopped here."
    currencies = {one.single_currency for one in first}
    currency = currencies.pop()
    if currencies or currency is None:
        return f"At most what is charged on demand on weekends, each currency on its own; {caveat}"
    every, usage = (sum(float(row["effective_cost"] or 0) for row in one.rows) for one in first)
    usage_of_all = (
        f"{money(usage, currency)}, what is charged on demand on weekends, of {money(every, currency)} in all"
    )
    return f"At most {usage_of_all}; {caveat}"


VERDICTS: dict[str, Callable[[RecipeCall, list[StepResult]], str]] = {
    "total": _total,
    "first": _total,
    "budgets_and_cuts": _budgets_and_cuts,
    "today": _today,
    "grew_most": _grew_most,
    "forecast": _forecast,
    "spike": _spike,
    "savings_and_overrun": _savings_and_overrun,
    "weekend_stop": _weekend_stop,
}
