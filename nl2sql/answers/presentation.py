"""Parses presentation requests (chart, CSV, currency) from a question or a follow-up."""

import re
from dataclasses import dataclass, replace
from functools import cache

from nl2sql.catalog.word_lists import word_map
from nl2sql.grammar.query import CostQuery, Grain

_START = r"(?:^|(?<![\s,])[\s,]++)"  # a run is taken whole and tried once, at its beginning: linear in its length
_END = r"(?=[\s?.!,]*$|\s*[,;])"
_SHAPE = r"(?:(line|bar|column|area|stacked|pie|time) ?)?"
_POLITE = r"(?:and |now |please |can you |could you |can i |i want to ){0,6}"
_AGAIN = r"(?:and |now |please ){0,6}"
_IT = r"(?: it| that| this| them)"
_SHOW = (
    r"(?:(?:and |now |please |can you |could you ){0,6}"
    r"(?:show|draw|plot|give|display|see|put|make|turn|do|send|visuali[sz]e)"
    r"(?: me| us)?(?: it| that| this| them| those)?(?: into)?\s++)?"
)
_CHART = re.compile(
    rf"{_START}{_SHOW}(?:as|in|with|on)?\s*+(?:an?|the)\s++{_SHAPE}"
    rf"(?:charts?|graphs?|plots?|diagrams?|bars?|lines?|picture){_END}"
    rf"|^{_AGAIN}{_SHOW}(?:as )?{_SHAPE}(?:chart|graph|plot|diagram|bars|picture)"
    r"(?: it| that| this)?(?: please)?[\s?.!]*$"
    rf"|^{_AGAIN}(?:plot|draw|chart|graph|visuali[sz]e){_IT}"
    rf"(?: as an? {_SHAPE}(?:chart|graph|plot))?(?: please)?[\s?.!]*$",
    re.IGNORECASE,
)
_EXPORT = re.compile(
    rf"{_START}(?:and )?(?:(?:export(?:ed)?|download(?:able)?|save|send|give|get|put)(?: me| us)?"
    r"(?: it| that| this| them| everything)?\s++)?(?:as|to|in|into)\s++"
    rf"(?:an?\s++)?(?:csv|excel|spreadsheet|sheet)(?: file)?{_END}"
    rf"|^{_POLITE}(?:export|download)"
    r"(?: it| that| this| them| the (?:rows|table|data|result|answer)s?)?(?: please)?[\s?.!]*$"
    rf"|^{_AGAIN}(?:(?:send|give|get|show)(?: me| us)? )?(?:the |a )?csv(?: file)?(?: please)?[\s?.!]*$",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:\W|\b(?:and|please|now|ok|okay|thanks|the|same|that|this|it|them|those|again|show|give|me|us|but|can|could|"
    r"you|i|have|get|what|is|how|about|much)\b)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Presentation:
    """How an answer is shown; `chart` is line, bars, stacked or any, `currency` an ISO code."""

    chart: str | None = None
    export: bool = False
    currency: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.chart or self.export or self.currency)


@cache
def _currency_patterns() -> dict[str, re.Pattern[str]]:
    """Currency code -> the pattern of `in euros`; US dollars last, for `canadian dollars` are others."""
    before = rf"{_START}(?:shown |converted |expressed |and )?(?:in|into|to)"
    return {
        code: re.compile(rf"{before}\s++(?:{words})(?![\w$€£])", re.IGNORECASE)
        for code, words in word_map("currencies").items()
    }


def parse_presentation(question: str) -> tuple[str, Presentation]:
    """The question without its presentation request (empty when nothing else is left), and the request."""
    rest, presentation = question, Presentation()
    for code, pattern in _currency_patterns().items():
        if match := pattern.search(rest):
            rest, presentation = _without(rest, match), replace(presentation, currency=code)
            break
    if match := _EXPORT.search(rest):
        rest, presentation = _without(rest, match), replace(presentation, export=True)
    if match := _CHART.search(rest):
        shape = next((group for group in match.groups() if group), "")
        rest, presentation = (
            _without(rest, match),
            replace(presentation, chart=word_map("chart_kinds").get(shape.lower(), "any")),
        )
    if not presentation:
        return question, presentation
    return ("" if _FILLER.match(rest) else rest.strip()), presentation


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}".strip()


def charted(query: CostQuery, presentation: Presentation) -> CostQuery:
    """The query with a time grain when a chart is requested of a single number."""
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
