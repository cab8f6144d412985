"""Queries, listings and drafts as others write them: without labels and notes, and without what says nothing."""

from typing import Any

from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import CostQuery, plain
from nl2sql.grammar.subjects.listing import SubjectListing

_OURS = frozenset({"label", "notes"})
_SILENT = (
    {"negated": False},
    {"contains": False},
    {"keep_missing": True},
    {"order": "desc"},
    {"whole": True},
    {"count": 1},
)


def written(meaning: CostQuery | SubjectListing) -> dict[str, Any]:
    """JSON that the reading takes back as the same query or listing."""
    content: dict[str, Any] = _bare(meaning.to_json())
    return {name: value for name, value in content.items() if value is not None}


def written_draft(draft: Draft) -> dict[str, Any]:
    """What was understood of a question that is no query yet, in the fields of one."""
    filters, measure, comparison, shape = draft.filters, draft.measure, draft.comparison, draft.shape
    fields = {
        "subject": draft.discourse.subject,
        "metric": measure.metrics[0] if measure.metrics else None,
        "beside": tuple(measure.metrics[1:]),
        "period": filters.period,
        "compared": tuple(comparison.compared),
        "filters": tuple(filters.conditions),
        "with_tax": filters.with_tax,
        "weekdays": filters.weekdays,
        "scopes": tuple(comparison.scopes),
        "share_of": tuple(measure.numerators) or None,
        "share": measure.share,
        "change": comparison.change,
        "why": comparison.why,
        "average": measure.average,
        "statistic": measure.statistic,
        "moving": measure.moving,
        "profile": shape.profile,
        "appeared": measure.appeared,
        "count": measure.count,
        "run_rate": measure.run_rate,
        "cumulative": measure.cumulative,
        "dimensions": tuple(shape.dimensions),
        "grain": shape.grain,
        "order": shape.order,
        "limit": shape.limit,
        "offset": shape.offset,
        "limit_within": shape.limit_within,
        "threshold": shape.threshold,
    }
    understood = {name: plain(value) for name, value in fields.items() if value not in (None, (), False, 0)}
    bare: dict[str, Any] = _bare(understood)
    return bare


def _bare(part: Any) -> Any:
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _bare(value) for name, value in part.items() if name not in _OURS and {name: value} not in _SILENT}
