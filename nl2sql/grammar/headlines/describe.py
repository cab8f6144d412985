"""The headline of an answer, from its rows: the figure first, then what it is of."""

from collections.abc import Sequence
from dataclasses import replace

from nl2sql.catalog.semantics import Semantics
from nl2sql.dates.periods import UNITS
from nl2sql.grammar.headlines.amounts import limits, money
from nl2sql.grammar.headlines.describe_share import share_headline
from nl2sql.grammar.headlines.describe_special import special_headline
from nl2sql.grammar.headlines.rows import RowValues, name_of, number_of, scope_of, shown, step_of
from nl2sql.grammar.query import CostQuery, of_hours
from nl2sql.grammar.sql.ai_measures import COUNTED, PRICED
from nl2sql.grammar.sql.measures import RATES

_UNITS_NAMED = 3
_NO_PARTS = frozenset({*RATES, *PRICED})  # they do not add up


def headline(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, semantics: Semantics) -> str:
    """One sentence with the figure that was asked for."""
    scope = scope_of(query)
    currency = "" if query.metric in COUNTED else currency
    if (told := special_headline(query, columns, rows, currency, scope, semantics)) is not None:
        return told
    if not rows and of_hours(query):
        return f"Nothing: the bills hold no hours for {scope}; most charges come by the day."
    if not rows or all(cell in (None, 0, 0.0) for row in rows for cell in row if not isinstance(cell, str)):
        if query.threshold and not query.count:
            return f"None {limits(query.threshold, currency)}: {scope_of(query, parts_only=True)}."
        if query.moved_only and query.compared and not rows:
            what = query.dimensions[0].replace("_", " ") if query.dimensions else "part"
            way = "down" if query.change in ("down", "percent_down") else "up"
            return f"No {what} went {way} against {query.compared[0].label}: {scope}."
        return f"Nothing: no charges for {scope}."
    if query.count:
        number = int(number_of(rows[0], columns, 0))
        return f"{number:,} {_counted(query, semantics, number)}: {scope}."
    if "currency" in columns:
        if len(rows) > 1:
            return f"{len(rows)} rows, each currency on its own: {scope}."
        currency = str(rows[0][list(columns).index("currency")])
    if query.ratio:
        return _ratio(query, columns, rows, currency)
    if query.compared:
        return _compared(query, columns, rows, currency, scope)
    if query.share_of is not None:
        return share_headline(query, columns, rows, currency, scope)
    if "usage_unit" in columns:
        return _by_unit(query, columns, rows, currency, scope)
    return _amounts(query, columns, rows, currency, scope)


def _by_unit(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """`$0.0231 per GB-Month`, `857.8M Requests and 927.5k GB-Months`; of several names only what it is."""
    at, unit = list(columns).index(query.metric), list(columns).index("usage_unit")
    known = [row for row in rows if row[unit] and row[at]]
    if query.dimensions or query.grain or query.scopes or query.beside or not 0 < len(known) <= _UNITS_NAMED:
        return f"Usage by unit: {scope}."
    if query.metric == "unit_cost":
        parts = [f"{_exact(float(row[at]), currency)} per {row[unit]}" for row in known]
    else:
        parts = [f"{money(float(row[at]), '').strip()} {row[unit]}" for row in known]
    return f"{' and '.join(parts)}: {scope}."


def _exact(amount: float, currency: str) -> str:
    """A price, however small, with three figures that count."""
    shown = money(1.0, currency).removesuffix("1.00")
    return f"{shown}{amount:.3g}" if abs(amount) < 1 else money(amount, currency)


def _counted(query: CostQuery, semantics: Semantics, number: int) -> str:
    """What was counted, and over or under which amount."""
    dimension = semantics.dimensions.get(query.count or "")
    single = dimension.name.replace("_", " ") if dimension else str(query.count)
    words = single if number == 1 else dimension.plural if dimension else f"{single}s"
    if query.threshold is None:
        return words
    return (
        f"{words} {'over' if query.threshold.over else 'under'} "
        f"{query.threshold.amount:,.0f}{' %' if query.threshold.percent else ''}"
    )


def _amounts(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    per = f" a {query.average.replace('_', ' ')} on average" if query.average else ""
    if query.run_rate and len(rows) == 1:
        day, month, year = (money(number_of(rows[0], columns, place), currency) for place in range(3))
        return f"{day} a day, which is {month} a month or {year} a year: {scope}."
    if told := _particular(query, columns, rows, currency, scope):
        return told
    if len(rows) == 1 and not query.dimensions and not query.grain and not query.scopes:
        return f"{shown(query, number_of(rows[0], columns, 0), currency)}{per}: {scope}."
    if (
        query.grain
        and len(rows) > 1
        and not (query.limit or query.average or query.cumulative or query.change or query.metric in _NO_PARTS)
    ):
        return _course(query, columns, rows, currency, scope)
    leading = rows[0] if not query.grain or query.limit else max(rows, key=lambda row: number_of(row, columns, 0))
    if not query.limit and not query.grain and sum(number_of(row, columns, 0) for row in rows) < 0:
        leading = min(rows, key=lambda row: number_of(row, columns, 0))  # of credits the largest
    figure = shown(query, number_of(leading, columns, 0), currency)
    parts_scope = scope_of(query, parts_only=True)
    if query.offset:
        return f"{name_of(leading, columns)}, number {query.offset + 1} of the ranking: {figure}{per}, {parts_scope}."
    if len(rows) == 1 or query.limit == 1:
        step = query.grain and not query.dimensions and isinstance(leading[0], str)
        return f"{step_of(leading[0], query) if step else name_of(leading, columns)}: {figure}{per}, {parts_scope}."
    if query.limit and query.dimensions and not query.grain and not per and not query.limit_within:
        return _ranked(query, columns, rows, currency, parts_scope)
    if query.grain or query.limit or query.metric in _NO_PARTS or query.average:
        word = "lowest" if query.order == "asc" else "highest"
        return f"{len(rows)} rows, {word} {name_of(leading, columns)} with {figure}{per}: {scope}."
    total = sum(number_of(row, columns, 0) for row in rows)
    return (
        f"{shown(query, total, currency)} in total, of which {name_of(leading, columns)} "
        f"{money(number_of(leading, columns, 0), currency)}: {scope}."
    )


def _particular(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str | None:
    """Several metrics beside each other, running totals, and groups over or under an amount."""
    if query.beside and len(rows) == 1:
        figures = zip((query.metric, *query.beside), range(1 + len(query.beside)), strict=True)
        told = ", ".join(_metric(name, number_of(rows[0], columns, at), currency) for name, at in figures)
        name = f"{name_of(rows[0], columns)}: " if name_of(rows[0], columns) else ""
        return f"{name}{told}: {scope}."
    if query.cumulative and "cumulative_cost" in columns and not query.dimensions and query.grain:
        at = list(columns).index("cumulative_cost")
        return f"{money(float(rows[-1][at] or 0), currency)} by {step_of(str(rows[-1][0]), query)}: {scope}."
    if query.limit_within and not query.average and query.metric not in _NO_PARTS:
        top = max(rows, key=lambda row: number_of(row, columns, 0))
        each = f"the {query.limit} {'lowest' if query.order == 'asc' else 'highest'} of each"
        figure = shown(query, number_of(top, columns, 0), currency)
        within = query.limit_within.replace("_", " ")
        return f"{len(rows)} rows, {each} {within}; {name_of(top, columns)} has the most, {figure}: {scope}."
    threshold = query.threshold
    if threshold is None or threshold.percent or query.average or query.limit or query.metric in _NO_PARTS:
        return None
    total = sum(number_of(row, columns, 0) for row in rows)
    top = max(rows, key=lambda row: number_of(row, columns, 0))
    named = step_of(str(top[0]), query) if query.grain and not query.dimensions else name_of(top, columns)
    stepwise = bool(query.grain and query.dimensions)
    if stepwise:  # a row is a month of a resource, and a resource has several
        named = f"{name_of(top[1:], columns[1:])} in {step_of(str(top[0]), query)}"
    groups = len({name_of(row[1:], columns[1:]) for row in rows}) if stepwise else len(rows)
    kind = query.dimensions[0].replace("_", " ") if query.dimensions else query.grain or "side"
    many = f"{kind[:-1]}ies" if kind.endswith("y") and kind != "day" else f"{kind}s"
    counted = f"{groups} {kind if groups == 1 else many} {limits(threshold, currency)}"
    if stepwise:
        counted += f" a {query.grain}, {len(rows)} times"
    together = f", {money(total, currency)} together, most {named} with" if len(rows) > 1 else f": {named},"
    return (
        f"{counted}{together} {shown(query, number_of(top, columns, 0), currency)}: {scope_of(query, parts_only=True)}."
    )


def _metric(name: str, value: float, currency: str) -> str:
    """`list $784.4k`, `savings rate 12.3 %`."""
    words = name.removesuffix("_cost").replace("_", " ")
    return f"{words} {value:.1f} %" if name in RATES else f"{words} {money(value, currency)}"


def _ranked(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of a ranking: its first three by name, and how many more."""
    parts = [f"{name_of(row, columns)} {shown(query, number_of(row, columns, 0), currency)}" for row in rows[:3]]
    listed = (
        f"{', '.join(parts[:-1])} and {parts[-1]}" if len(rows) <= 3 else f"{', '.join(parts)} and {len(rows) - 3} more"
    )
    return f"{listed}{', lowest first' if query.order == 'asc' else ''}: {scope}."


def _course(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """Of a course over time: all of it, the average of a step, and the step with the most; parts are added up."""
    steps: dict[str, float] = {}
    for row in rows:
        steps[str(row[0])] = steps.get(str(row[0]), 0.0) + number_of(row, columns, 0)
    total, most = sum(steps.values()), max(steps, key=lambda step: steps[step])
    average = (
        f", {money(total / len(steps), currency)} a day on average" if query.grain == "day" else ""
    )  # of months, the last is seldom whole
    return (
        f"{shown(query, total, currency)} in total{average}, highest {step_of(most, query)} with "
        f"{money(steps[most], currency)}: {scope}."
    )


def _ratio(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str) -> str:
    """Of two sides: how many times the second the first is; of several rows, the highest and lowest."""
    at = list(columns).index("ratio")
    first, second = (scope.label for scope in query.scopes)
    scope = scope_of(replace(query, scopes=()), parts_only=True)
    if len(rows) == 1 and not name_of(rows[0], columns):
        sides = [money(float(rows[0][place] or 0), currency) for place in (at - 2, at - 1)]
        ratio = f"{rows[0][at]:.2f} to 1" if rows[0][at] is not None else "No ratio"
        return f"{ratio}: {first} is {sides[0]}, {second} {sides[1]}, {scope}."
    known_rows = sorted((row for row in rows if row[at] is not None), key=lambda row: float(row[at]))
    if not known_rows:
        return f"No ratio: {second} is nothing, {scope}."
    lowest, highest = known_rows[0], known_rows[-1]
    least, most = (f"{row[at]:.2f} ({name_of(row, columns)})" for row in (lowest, highest))
    return f"{first} to {second}: from {least} to {most}, {scope}."


def _compared(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    if len(query.compared) > 1:
        return _side_by_side(query, rows, columns, currency, scope)
    if query.unequal:
        now, then = (sum(number_of(row, columns, at) for row in rows) for at in (0, 1))
        return (
            f"{money(now, currency)}; {money(then, currency)} in what is known of {query.compared[0].label}: {scope}."
        )
    rate = query.metric in RATES or query.share_of
    average = f"an average {query.average} of " if query.average in UNITS else ""
    then_label = f"{average}{query.compared[0].label}"
    if len(rows) == 1:
        now, then = number_of(rows[0], columns, 0), number_of(rows[0], columns, 1)
        name = f"{name_of(rows[0], columns)}: " if name_of(rows[0], columns) else ""
        moved = f"{now - then:+.1f} points" if rate else change(now, then, currency)
        figure = f"{now:.1f} %" if rate else money(now, currency)
        return f"{name}{figure}, {moved} vs {then_label}: {scope}."
    if rate:
        return f"{len(rows)} rows against {query.compared[0].label}: {scope}."
    if query.limit or query.change:
        moves = [(name_of(row, columns), number_of(row, columns, 0), number_of(row, columns, 1)) for row in rows[:3]]
        told = [f"{name} {change(now, then, currency)}" for name, now, then in moves[1:]]
        name, now, then = moves[0]
        if (query.change in ("up", "percent_up") and now <= then) or (
            query.change in ("down", "percent_down") and now >= then
        ):
            way = "up" if query.change in ("up", "percent_up") else "down"
            least = f"next to it is {name}, {change(now, then, currency)}"
            return f"Nothing went {way} against {then_label}; {least}: {scope}."
        more = f", then {' and '.join(told)}" if told and len(rows) > 1 else ""
        parts_scope = scope_of(query, parts_only=True)
        return f"{name} moved most: {change(now, then, currency)} vs {then_label}{more}; {parts_scope}."
    now = sum(number_of(row, columns, 0) for row in rows)
    then = sum(number_of(row, columns, 1) for row in rows)
    return f"{money(now, currency)} in total, {change(now, then, currency)} vs {then_label}: {scope}."


def _side_by_side(query: CostQuery, rows: RowValues, columns: Sequence[str], currency: str, scope: str) -> str:
    """Of several periods the newest, and how it moved against each of the others."""
    if query.metric in RATES or query.share_of or query.average:
        return f"{len(query.compared) + 1} periods side by side: {scope}."
    now, *earlier = (sum(number_of(row, columns, at) for row in rows) for at in range(len(query.compared) + 1))
    moved = ", ".join(
        f"{change(now, then, currency)} vs {period.label}" for then, period in zip(earlier, query.compared, strict=True)
    )
    return f"{money(now, currency)}{' in total' if len(rows) > 1 else ''}, {moved}: {scope}."


def change(now: float, then: float, currency: str) -> str:
    """How an amount moved: `up $1,900 (+18.0 %)`."""
    if abs(now - then) < 0.005:
        return "unchanged"
    percent = f" ({100 * (now / then - 1):+.1f} %)".replace("-", "−") if then else ""
    return f"{'up' if now > then else 'down'} {money(abs(now - then), currency)}{percent}"


def chart(query: CostQuery, rows: RowValues) -> str:
    """The figure that fits: a line or areas over time, bars for a ranking, none for a single number."""
    if len(rows) < 2:
        return "none"
    if query.grain and not query.limit:
        return "stacked" if query.dimensions else "line"
    return "bars"
