"""The headline of a share: of one part, of the parts of each group, over time, or of the largest few together."""

from collections.abc import Sequence

from nl2sql.grammar.headlines.amounts import limits, money
from nl2sql.grammar.headlines.rows import RowValues, counted_of, name_of, number_of, step_of
from nl2sql.grammar.query import CostQuery, Filter


def share_headline(query: CostQuery, columns: Sequence[str], rows: RowValues, currency: str, scope: str) -> str:
    """The share that was asked for: the figure first, then of what it is a part."""
    position = columns.index("share_percent")
    if query.share_of and len(rows) == 1 and not query.dimensions:
        part, whole = number_of(rows[0], columns, 1), number_of(rows[0], columns, 2)
        named = _part(query)
        return (
            f"{float(rows[0][position] or 0):.1f} %: {named} is {money(part, currency)} of "
            f"{money(whole, currency)}, {scope}."
        )
    largest = max(rows, key=lambda row: row[position] or 0)
    if query.grain and isinstance(rows[0][0], str) and not query.dimensions:
        named = _part(query)
        first, last = (
            f"{float(row[position] or 0):.1f} % in {step_of(str(row[0]), query)}" for row in (rows[0], rows[-1])
        )
        most = f"most in {step_of(str(largest[0]), query)} with {float(largest[position] or 0):.1f} %"
        return f"{named}: {last}, from {first}, {most}; of {scope}."
    if query.limit and len(rows) > 1 and not query.grain and not query.share_of:
        together = sum(float(row[position] or 0) for row in rows)
        each = [f"{name_of(row, columns)} {float(row[position] or 0):.1f} %" for row in rows[:3]]
        more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
        return f"{together:.1f} % together: {', '.join(each)}{more}; of {scope}."
    if query.threshold and query.threshold.percent and len(rows) > 1 and not query.grain:
        parts = [f"{name_of(row, columns)} {float(row[position] or 0):.1f} %" for row in rows[:3]]
        more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
        counted = f"{counted_of(query, rows, columns)} {limits(query.threshold, currency)}"
        return f"{counted}: {', '.join(parts)}{more}; of {scope}."
    if query.share_of:
        named = _part(query)
        figure = f"{float(largest[position] or 0):.1f} %"
        return f"{named} is {figure} of {name_of(largest, columns)}, the largest share: {scope}."
    return f"{name_of(largest, columns)} has the largest share, {float(largest[position] or 0):.1f} %: {scope}."


def _part(query: CostQuery) -> str:
    """The part of a share by name: `prod`, `non-prod`, `with team`, `all but unallocated`."""
    return ", ".join(_named(one) for one in query.share_of or ())


def _named(part: Filter) -> str:
    if not part.negated:
        return part.label
    if part.values != (None,):
        return f"non-{part.label}"
    return f"with {part.label.removeprefix('no ')}" if part.label.startswith("no ") else f"all but {part.label}"
