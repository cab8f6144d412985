"""A result's rows as a table block and as CSV: exact figures, cut visibly, the total always over all rows."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from analysis.wording import formatting, words
from bot.cards.elements import blocks, mrkdwn, table_layout
from bot.cards.elements.blocks import Block
from bot.cards.elements.figures import numeric_columns

ROWS = 10  # a card is read on a telephone; the CSV has the rest
_ADDITIVE = re.compile(r"cost|spend|spent|saving|amount|change|previous|before|credit|tax|quantity|count")
_RATIO = re.compile(r"avg|average|mean|per_|share|percent|pct|ratio|rate|max|min|median|forecast|budget")
_DIMENSION = re.compile(
    r"^(provider|billing_account|account|account_id|service|service_category|region|team|environment|application|resource|resource_id|resource_name|"
    r"resource_type|charge_category|charge_class|pricing_category|commitment_type|commitment_status|commitment|publisher|"
    r"service_subcategory|ai_model|availability_zone|sku|sku_price|charge_description|part_of_week|tag_\w+|usage_date|day|date|week|"
    r"month|quarter|year|instance_type|usage_type)$"
)
_TIME = re.compile(r"^(usage_date|day|date|week|month|quarter|year)$")
_STEPS = ("month", "quarter", "year")
_MONTH = re.compile(r"\d{4}-\d{2}-01(?:T00:00:00.*)?")
_MOMENT = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:T(?P<time>\d{2}:\d{2}):\d{2}.*)?")
_STATES = ("kind", "state", "status")
_PERCENT = re.compile(r"share|percent|pct|growth")
_LIMIT = re.compile(r"\bLIMIT \d+(?:\s+OFFSET \d+)?\s*$", re.IGNORECASE)
_RATIO_OR_COUNT = re.compile(r"share|percent|pct|ratio|rate|count|quantity|rank|_id$|^number")
_COUNTED = ("usage_quantity", "token_count", "request_count", "gpu_hour_count")
_NO_MONEY = (*_COUNTED, "coverage_rate", "utilization_rate", "savings_rate")
_RATED = (*_NO_MONEY, "unit_cost", "cost_per_million_tokens", "cost_per_gpu_hour")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def table_of(result: dict[str, Any], most: int = ROWS) -> Block | None:
    """The rows as a table of at most `most` rows and 20 columns, with what was
    cut and a total where adding up is right.
    """
    columns, rows = result.get("columns") or [], result.get("rows") or []
    if not rows or (len(rows) == 1 and len(columns) <= 2):
        return None
    columns, rows = with_share(*table_layout.shaped(columns, rows, result), result)
    shown_columns = columns[: blocks.TABLE_COLUMNS]
    numbers = numeric_columns(columns, rows)
    text_rows = [_cells(columns, row, numbers, result)[: blocks.TABLE_COLUMNS] for row in rows]
    titles = [table_layout.title(column) for column in shown_columns]
    rated = str(result.get("metric") or "") in _RATED
    newest = bool(columns) and bool(_TIME.match(columns[0]))  # of a series, the last rows are of interest
    count = blocks.fitting_rows(titles, text_rows[::-1] if newest else text_rows, min(most, blocks.TABLE_ROWS - 3))
    shown = text_rows[len(rows) - count :] if newest else text_rows[:count]
    if len(rows) > count:
        left = rows[: len(rows) - count] if newest else rows[count:]
        word = "earlier" if newest else "more"
        rest = _rest(columns, rows, left, numbers, word, rated, result)[: blocks.TABLE_COLUMNS]
        shown = [rest, *shown] if newest else [*shown, rest]
    total = (_total(columns, rows, numbers, result, rated) or [])[: blocks.TABLE_COLUMNS]
    if any(total[1:]):
        shown.append(total)
    titles, shown, numbers = table_layout.with_percent_beside_change(columns, titles, shown, numbers)
    return blocks.table(titles, shown, numbers)


def _cells(columns: Sequence[str], row: Sequence[Any], numbers: Sequence[int], result: dict[str, Any]) -> list[str]:
    return [
        cell(columns[index], value, index in numbers, currency_of(columns, row, index, result))
        for index, value in enumerate(row)
    ]


def currency_of(columns: Sequence[str], row: Sequence[Any], index: int, result: dict[str, Any]) -> str | None:
    """The currency of an amount: its row's, else the result's; None of what is no amount."""
    if _RATIO_OR_COUNT.search(columns[index]) or result.get("metric") in _NO_MONEY:
        return None
    return str(row[columns.index("currency")] if "currency" in columns else result.get("currency") or "") or None


def cell(column: str, value: Any, numeric: bool, currency: str | None = None) -> str:
    """A value as it stands in a table."""
    if value is None:
        return "" if numeric else "none"
    if not numeric:
        text = str(value)
        if column in _STEPS and _MONTH.fullmatch(text):
            return _step(column, text)
        if column in _STATES:
            return words.value(text)
        if at := _MOMENT.fullmatch(text):
            day = mrkdwn.whole_day(at["day"])
            return day if at["time"] in (None, "00:00") else f"{day} {at['time']} UTC"
        return text
    if _PERCENT.search(column):
        return _minus(f"{value:,.1f} %")
    return _minus(f"{value:,}" if isinstance(value, int) else formatting.exact(value, currency))


def _minus(figure: str) -> str:
    """The sign of cards: a minus, not a hyphen; zero has none."""
    sign, size = figure[:1], figure[1:]
    return figure if sign != "-" else f"−{size}" if any(one in "123456789" for one in size) else size


def lowered(column: str) -> str:
    """A column's title inside a sentence: `spent`; a period's name as it is."""
    title = mrkdwn.title(column)
    return title if any(sign.isdigit() for sign in title) else f"{title[:1].lower()}{title[1:]}"


def _step(column: str, text: str) -> str:
    """`Nov 2026`, `Q4 2026`, `2026` of the first day of one."""
    if column == "quarter":
        return f"Q{(int(text[5:7]) + 2) // 3} {text[:4]}"
    return text[:4] if column == "year" else mrkdwn.month(text)


def _addable(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int], rated: bool = False
) -> list[int]:
    """Measures that may be summed: of one currency, over rows of a dimension that splits the whole."""
    if not columns or not _DIMENSION.match(columns[0]):
        return []
    if "currency" in columns and len({row[columns.index("currency")] for row in rows}) > 1:
        return []
    names = {i: table_layout.measure(columns[i]) for i in numbers}
    added = [i for i, name in names.items() if _ADDITIVE.search(name) and not _RATIO.search(name)]
    if "change" not in columns or list(columns).index("change") not in added:
        return added
    if rated:  # a rate's sides and their difference are no sums
        return []
    if columns[-1] == "change_percent":  # from step to step: their sum is the last less the first
        return [i for i in added if columns[i] != "change"]
    return [i for i in numbers if columns[i] != "change_percent"]  # what is compared is called by its period


def _sum(columns: Sequence[str], rows: Sequence[Sequence[Any]], index: int, result: dict[str, Any]) -> str:
    total = sum((formatting.decimal(row[index]) or Decimal(0) for row in rows), Decimal(0))
    if all(isinstance(row[index], int) for row in rows):
        return _minus(f"{total:,.0f}")
    return _minus(formatting.exact(total, currency_of(columns, rows[0], index, result)))


def with_share(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], result: dict[str, Any]
) -> tuple[list[str], list[list[Any]]]:
    """The rows with a share of the whole, where one measure is split by one dimension other than time and nothing
    is negative. Of a ranking that was cut the whole is more than its rows.
    """
    same = list(columns), [list(row) for row in rows]
    addable = _addable(columns, rows, numeric_columns(columns, rows))
    if len(rows) < 2 or len(columns) != 2 or addable != [1] or _TIME.match(columns[0]) or result.get("truncated"):
        return same
    cut = _LIMIT.search(result.get("sql") or "")
    total = result.get("whole") or (0 if cut else sum(float(row[1] or 0) for row in rows))
    if total <= 0 or any((row[1] or 0) < 0 for row in rows) or any(str(row[0]).lower() == "total" for row in rows):
        return same
    return [*columns, "share"], [[*row, 100 * float(row[1] or 0) / total] for row in rows]


def _rest(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    left: Sequence[Sequence[Any]],
    numbers: Sequence[int],
    word: str,
    rated: bool,
    result: dict[str, Any],
) -> list[str]:
    addable = _addable(columns, rows, numbers, rated)

    def summed(place: int) -> str:
        if columns[place] == "share" and place in numbers:
            return _minus(f"{sum(float(row[place] or 0) for row in left):,.1f} %")
        if columns[place] == "change_percent" and place - 1 in addable:
            return _growth(left, place)
        return _sum(columns, left, place, result) if place in addable else ""

    return [f"{len(left):,} {word} in the CSV", *(summed(place) for place in range(1, len(columns)))]


def _total(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    numbers: Sequence[int],
    result: dict[str, Any],
    rated: bool,
) -> list[str] | None:
    addable = _addable(columns, rows, numbers, rated)
    named = any(str(cell).lower() == "total" for row in rows for cell in row[:1])
    if len(rows) < 2 or not addable or named or result.get("truncated"):
        return None
    shares = {i for i, name in enumerate(columns) if name == "share"}
    if whole := result.get("whole"):
        return [
            "Total of all",
            _minus(formatting.exact(whole, currency_of(columns, rows[0], 1, result))),
            *("100.0 %" if i in shares else "" for i in range(2, len(columns))),
        ]

    def summed(place: int) -> str:
        if columns[place] == "change_percent" and place - 1 in addable:
            return _growth(rows, place)
        return "100.0 %" if place in shares else _sum(columns, rows, place, result) if place in addable else ""

    return [f"Total of {len(rows):,}", *(summed(place) for place in range(1, len(columns)))]


def totals(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int], result: dict[str, Any]
) -> list[tuple[str, str]]:
    """The titles of the columns that may be added up, with their sums over all rows."""
    last = _total(columns, rows, numbers, result, str(result.get("metric") or "") in _RATED) or []
    summed = zip(columns[1:], last[1:], strict=False)
    return [(name, total) for name, total in summed if total and name not in ("share", "change_percent")]


def _growth(rows: Sequence[Sequence[Any]], place: int) -> str:
    """The change of all these rows together, in per cent of what was before, which stands behind it; empty from
    nothing, and where the rows are steps.
    """
    if len(rows[0]) <= place + 1:
        return ""
    before, moved = (sum(float(row[at] or 0) for row in rows) for at in (place + 1, place - 1))
    return _minus(f"{100 * moved / before:,.1f} %") if before > 0 else ""


def csv_of(result: dict[str, Any]) -> str:
    """Every row as CSV; a text or a title that a spreadsheet would run as a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_harmless(title) for title in _headed(result)])
    columns = result.get("columns") or []
    for row in result.get("rows") or []:
        writer.writerow([_harmless(_whole(cell, currency_of(columns, row, at, result))) for at, cell in enumerate(row)])
    return out.getvalue()


def _whole(amount: Any, currency: str | None) -> Any:
    """An amount of a currency without cents in whole units, rounded as in the table; anything else as it is."""
    if currency not in formatting.WHOLE or not isinstance(amount, float | Decimal):
        return amount
    return int(Decimal(str(amount)).quantize(Decimal(1), ROUND_HALF_UP))


def _headed(result: dict[str, Any]) -> list[str]:
    """The titles of a file's columns; amounts say in which currency they are, where that is one."""
    columns, rows = result.get("columns") or [], result.get("rows") or []
    currency = str(result.get("currency") or "")
    one = currency not in ("", "several") and "currency" not in columns and result.get("metric") not in _NO_MONEY
    amounts = {at for at in numeric_columns(columns, rows) if not _RATIO_OR_COUNT.search(columns[at])} if one else set()
    return [
        f"{words.column(name)} ({currency})" if at in amounts else words.column(name) for at, name in enumerate(columns)
    ]


def _harmless(cell: Any) -> Any:
    """NFKC, since a spreadsheet takes a full-width equals sign for one, too."""
    formula = isinstance(cell, str) and unicodedata.normalize("NFKC", cell[:1]).startswith(_FORMULA)
    return f"'{cell}" if formula else cell


def row_count(result: dict[str, Any]) -> str:
    """`31 rows`, for the CSV's message."""
    count = len(result.get("rows") or [])
    more = ", cut at the row limit" if result.get("truncated") else ""
    return mrkdwn.plain(f"{count:,} row{'' if count == 1 else 's'}{more}")
