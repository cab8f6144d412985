"""How an answer is wanted: as a chart, as a file, in another currency; said at
a question's end, or alone about the answer before.
"""

import re
from dataclasses import dataclass, replace

from nl2sql.grammar.query import CostQuery, Grain

_CURRENCIES = {
    "EUR": "euros?|eur|€", "USD": r"us dollars?|u\.s\. dollars?|dollars?|usd|us\$|\$", "GBP": "british pounds?|pounds? sterling|pounds?|gbp|sterling|£",
    "CHF": "swiss francs?|francs?|chf", "JPY": "yen|jpy|¥", "INR": "rupees?|inr|₹", "CAD": "canadian dollars?|cad", "AUD": "australian dollars?|aud",
    "SEK": "swedish kron(?:a|or)|sek", "NOK": "norwegian kroner?|nok", "DKK": "danish kroner?|dkk", "PLN": "zlotys?|pln", "CZK": "czk", "BRL": "brl",
    "CNY": "yuan|cny|rmb", "SGD": "sgd", "KRW": "krw", "MXN": "mxn", "ZAR": "zar", "NZD": "nzd", "HUF": "huf", "ILS": "ils", "TRY": "turkish lira",
}  # fmt: skip
_END = r"(?=[\s?.!,]*$|\s*[,;])"
_CURRENCY = {
    code: re.compile(
        rf"(?:^|[\s,]+)(?:shown |converted |expressed |and )?(?:in|into|to)\s+(?:{words})(?![\w$€£])", re.IGNORECASE
    )
    for code, words in sorted(
        _CURRENCIES.items(), key=lambda item: item[0] == "USD"
    )  # `canadian dollars` before `dollars`
}
_SHAPE = r"(?:(line|bar|column|area|stacked|pie|time) ?)?"
_SHOW = r"(?:(?:and |now |please |can you |could you )*(?:show|draw|plot|give|display|see|put|make|turn|do|send|visuali[sz]e)(?: me| us)?(?: it| that| this| them| those)?(?: into)?\s+)?"
_CHART = re.compile(
    rf"(?:^|[\s,]+){_SHOW}(?:as|in|with|on)?\s*(?:an?|the)\s+{_SHAPE}(?:charts?|graphs?|plots?|diagrams?|bars?|lines?|picture){_END}"
    rf"|^(?:and |now |please )*{_SHOW}(?:as )?{_SHAPE}(?:chart|graph|plot|diagram|bars|picture)(?: it| that| this)?(?: please)?[\s?.!]*$"
    rf"|^(?:and |now |please )*(?:plot|draw|chart|graph|visuali[sz]e) (?:it|that|this|them)(?: as an? {_SHAPE}(?:chart|graph|plot))?(?: please)?[\s?.!]*$",
    re.IGNORECASE,
)
_EXPORT = re.compile(
    rf"(?:^|[\s,]+)(?:and )?(?:(?:export(?:ed)?|download(?:able)?|save|send|give|get|put)(?: me| us)?(?: it| that| this| them| everything)?\s+)?(?:as|to|in|into)\s+"
    rf"(?:an?\s+)?(?:csv|excel|spreadsheet|sheet)(?: file)?{_END}"
    r"|^(?:and |now |please |can you |could you |can i |i want to )*(?:export|download)(?: it| that| this| them| the (?:rows|table|data|result|answer)s?)?(?: please)?[\s?.!]*$"
    r"|^(?:and |now |please )*(?:(?:send|give|get|show)(?: me| us)? )?(?:the |a )?csv(?: file)?(?: please)?[\s?.!]*$",
    re.IGNORECASE,
)
_FILLER = re.compile(r"^(?:\W|\b(?:and|please|now|ok|okay|thanks|the|same|that|this|it|them|those|again|show|give|me|us|but|can|could|you|i|have|get|what|is|how|about|much)\b)*$", re.IGNORECASE)  # fmt: skip
_KINDS = {
    "line": "line",
    "time": "line",
    "bar": "bars",
    "column": "bars",
    "area": "stacked",
    "stacked": "stacked",
    "pie": "bars",
}


@dataclass(frozen=True)
class Presentation:
    """How the answer is shown; `chart` is line, bars, stacked or any."""

    chart: str | None = None
    export: bool = False
    currency: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.chart or self.export or self.currency)


def parse_presentation(question: str) -> tuple[str, Presentation]:
    """The question without its presentation, empty where nothing else is left; and the presentation."""
    rest, presentation = question, Presentation()
    for code, pattern in _CURRENCY.items():
        if match := pattern.search(rest):
            rest, presentation = _without(rest, match), replace(presentation, currency=code)
            break
    if match := _EXPORT.search(rest):
        rest, presentation = _without(rest, match), replace(presentation, export=True)
    if match := _CHART.search(rest):
        shape = next((group for group in match.groups() if group), "")
        rest, presentation = _without(rest, match), replace(presentation, chart=_KINDS.get(shape.lower(), "any"))
    if not presentation:
        return question, presentation
    return ("" if _FILLER.match(rest) else rest.strip()), presentation


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}".strip()


def charted(query: CostQuery, presentation: Presentation) -> CostQuery:
    """The query that a chart can be drawn of: one number alone becomes its course over the period."""
    single = not (
        query.dimensions
        or query.grain
        or query.compared
        or query.scopes
        or query.count
        or query.share_of is not None
        or query.average
    )
    if not presentation.chart or not (
        single
        or (
            presentation.chart in ("line", "stacked")
            and not (query.grain or query.compared or query.limit or query.scopes or query.count)
        )
    ):
        return query
    days = query.period.days
    grain: Grain = "day" if days <= 62 else "week" if days <= 200 else "month"
    return query if days < 2 else replace(query, grain=grain)
