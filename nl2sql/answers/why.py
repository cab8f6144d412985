"""The reasons behind a change that was asked for with `why`, from checked SQL:
usage or price, who carries it, what is new, gone or ended.

Everything adds up to the change of the periods' effective cost: the effects do, and the
contributions of each dimension do, because cost without a resource is looked up too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from analysis.root_cause import Contribution, RootCause, Row, explain
from analysis.wording.cause_words import EFFECTS, carried_by
from nl2sql.dates.periods import DatePeriod
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.headlines.describe_change import change
from nl2sql.grammar.headlines.rows import scope_of
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.conditions import conditions
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.measures import within

_PLACES = ("account", "service", "region", "team")
_NAMES = (*_PLACES, "resource_name", "usage_type")
_MISSING = {
    "account": "no account",
    "service": "no service",
    "region": "no region",
    "team": "unallocated",
    "resource": "no single resource",
}
_EFFECTS = (
    ("usage", "usage"),
    ("price", "price"),
    ("mix", "mix of kinds"),
    ("unmetered", "charges without a quantity"),
)
_NAMED = 3  # contributors told of each dimension
_TELLING = 0.01  # share of the change under which a part is not told
_GONE = 0.1  # of what a commitment covered before: less is as good as ended

Run = Callable[[str], object]


@dataclass(frozen=True)
class Ended:
    """A commitment that covered usage before and hardly any after: its kind,
    whose it was, its last day, and what it paid for before.
    """

    kind: str
    account: str
    last_day: date
    covered: float


@dataclass(frozen=True)
class Explanation:
    """The causes of a change, both periods as totals in the bills' currency, and the commitments that ended."""

    cause: RootCause
    ended: tuple[Ended, ...]
    longer: int  # days by which the newer period is longer than the one before
    asked: str | None = None  # the direction that was taken for granted: up or down


def explained(query: CostQuery, context: CompileContext, run: Run) -> Explanation | None:
    """The causes of a change; None when the question does not ask why, or when the rows cannot be read completely."""
    if not query.why or len(query.compared) != 1 or query.metric != "effective_cost":
        return None
    if context.several_currencies or context.rates:  # resources are looked up in the bills' one currency
        return None
    now, before = (_rows(query, period, context, run) for period in (query.period, query.compared[0]))
    if now is None or before is None:
        return None
    cause = explain(before, now)
    return Explanation(cause, _ended(query, context, run), query.period.days - query.compared[0].days, query.change)


def headline(explanation: Explanation, query: CostQuery, currency: str) -> str:
    """The total cost of the newer period and its change."""
    cause = explanation.cause
    return (
        f"{money(cause.after, currency)} in total, {change(cause.after, cause.before, currency)} vs "
        f"{query.compared[0].label}: {scope_of(query)}."
    )


def reasons(explanation: Explanation | None, currency: str) -> tuple[str, ...]:
    """The causes as sentences; empty when nothing changed."""
    if explanation is None or explanation.cause.effects.verdict == "none":
        return ()
    cause = explanation.cause
    words = EFFECTS[cause.effects.verdict]
    carried = carried_by(cause.resources, cause.delta)
    effects = [
        f"{name} {_signed(value, currency)}"
        for key, name in _EFFECTS
        if abs(value := getattr(cause.effects, key)) >= _TELLING * abs(cause.delta)
    ]
    lines = []
    if (explanation.asked == "up" and cause.delta < 0) or (explanation.asked == "down" and cause.delta > 0):
        lines.append(f"It went {'down, not up' if cause.delta < 0 else 'up, not down'}.")
    lines += [f"{words[0].upper()}{words[1:]} ({', '.join(effects)}){': ' + carried if carried else ''}."]
    lines += [
        line
        for dimension in (*_PLACES, "resource")
        if (line := _by(dimension, cause.contributions[dimension], currency))
    ]
    for sort in ("new", "gone"):
        same = [item for item in cause.resources if item.change == sort]
        if same and not carried:
            listed = ", ".join(f"{item.name} ({_signed(item.after - item.before, currency)})" for item in same[:_NAMED])
            lines.append(
                f"{sort.capitalize()}: {listed}{f' and {len(same) - _NAMED} more' if len(same) > _NAMED else ''}."
            )
    lines += [
        f"Ended on {each.last_day}: {each.kind} in {each.account}, which had covered {money(each.covered, currency)}."
        for each in explanation.ended
    ]
    if explanation.longer and cause.before:
        lines.append(
            f"The newer period is {abs(explanation.longer)} day{'s' if abs(explanation.longer) > 1 else ''} "
            f"{'longer' if explanation.longer > 0 else 'shorter'}."
        )
    return tuple(lines)


# ------------------------------------------------------------------ words


def _signed(amount: float, currency: str) -> str:
    return f"{'+' if amount >= 0 else ''}{money(amount, currency)}"


def _by(dimension: str, parts: tuple[Contribution, ...], currency: str) -> str:
    """`By account: commerce-prod +$1,240 (96 %), sandbox +$50 (4 %), others +$3`; empty where there is but one."""
    moved = [part for part in parts if abs(part.delta) >= 0.005]
    if len(moved) < 2:
        return ""
    named = [part for part in moved if not part.rest][:_NAMED]
    shown = [f"{part.name or _MISSING[dimension]} {_signed(part.delta, currency)}{_share(part)}" for part in named]
    others = sum(part.delta for part in moved) - sum(part.delta for part in named)
    rest = f", others {_signed(others, currency)}" if len(moved) > len(named) else ""
    return f"By {dimension}: {', '.join(shown)}{rest}."


def _share(part: Contribution) -> str:
    """` (96 %)`; nothing where it moved against the change, or beyond it, or by next to nothing of it."""
    return f" ({100 * part.share:.0f} %)" if 0.005 <= part.share < 1.005 else ""


# ------------------------------------------------------------------ rows


def _rows(query: CostQuery, period: DatePeriod, context: CompileContext, run: Run) -> list[Row] | None:
    """Resources by place and kind of usage, and per place what no resource
    carries; None when the rows could not be read whole.
    """
    single = replace(query, period=period, compared=(), dimensions=(), limit=None)
    resources = _grouped(single, context, run, "resource_costs", _NAMES)
    if resources is None:
        return None
    rows = [_row(row) for row in resources.rows]
    if any(condition.dimension in ("resource_id", "resource_type") for condition in query.filters):
        return rows
    every = _grouped(single, context, run, "daily_costs", _PLACES)
    if every is None:
        return None
    left = {tuple(row[:4]): float(row[4] or 0) for row in every.rows}
    for row in rows:
        place = (row.account, row.service, row.region, row.team)
        left[place] = left.get(place, 0.0) - row.cost
    return [*rows, *(Row(cost, None, None, *map(_text, place)) for place, cost in left.items() if abs(cost) >= 1e-6)]


def _grouped(
    query: CostQuery, context: CompileContext, run: Run, view: str, names: tuple[str, ...]
) -> AnswerRows | None:
    columns = [exp.column(name) for name in names]
    sums = [exp.alias_(exp.Sum(this=exp.column(name)), name) for name in ("effective_cost", "usage_quantity")]
    select = exp.select(*columns, *sums).from_(exp.to_table(view)).where(*conditions(query, context, view))
    rows = run(select.group_by(*(column.copy() for column in columns)).sql("postgres"))
    return rows if isinstance(rows, AnswerRows) and not rows.truncated else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _row(row: tuple[object, ...]) -> Row:
    account, service, region, team, resource, kind = map(_text, row[:6])
    cost, quantity = (float(str(value or 0)) for value in row[6:8])
    return Row(cost, quantity or None, kind, account, service, region, team, resource, kind)


# ------------------------------------------------------------------ commitments


def _ended(query: CostQuery, context: CompileContext, run: Run) -> tuple[Ended, ...]:
    """Commitments that paid for usage in the earlier period and for at most a tenth of it in the newer one."""
    now, then = query.period, query.compared[0]
    columns = [exp.column(name) for name in ("commitment_type", "account")]
    covered = [
        exp.Filter(this=exp.Sum(this=exp.column("effective_cost")), expression=exp.Where(this=within(period)))
        for period in (then, now)
    ]
    used = exp.EQ(this=exp.column("commitment_status"), expression=exp.Literal.string("Used"))
    select = exp.select(
        *columns,
        *(exp.alias_(value, name) for value, name in zip(covered, ("before", "after"), strict=True)),
        exp.alias_(exp.Max(this=exp.column("usage_date")), "last_day"),
    ).from_("daily_costs")
    both = replace(query, dimensions=(), limit=None)
    select = select.where(*conditions(both, context, "daily_costs"), used).group_by(
        *(column.copy() for column in columns)
    )
    rows = run(select.sql("postgres"))
    if not isinstance(rows, AnswerRows) or rows.truncated:
        return ()
    gone = [
        Ended(
            str(kind or "commitment"),
            str(account or "no account"),
            date.fromisoformat(str(last)[:10]),
            float(before or 0),
        )
        for kind, account, before, after, last in rows.rows
        if float(before or 0) > 0 and float(after or 0) <= _GONE * float(before)
    ]
    return tuple(sorted(gone, key=lambda each: -each.covered))
