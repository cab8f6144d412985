"""All rules over an inventory."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.waste.conditions import Met, Unmet, meets
from analysis.waste.facts import (
    CONFIDENCES,
    BilledResource,
    Catalogue,
    CataloguePrice,
    Confidence,
    ProtectedResource,
    SavingOpportunity,
    UsageDay,
    lowered,
    protection,
)
from analysis.waste.pricing import EstimatedSaving, saving
from analysis.waste.rightsizing import NoSmaller, Smaller, smaller
from analysis.waste.rules import WasteRule

_UNPRICED = "oversized"  # a kind of its own: no playbook could resize to a type that is not known


@dataclass(frozen=True)
class Findings:
    """Recommendations, largest saving first, and what protected tags kept out of them."""

    recommendations: tuple[SavingOpportunity, ...]
    spared: tuple[ProtectedResource, ...]


def find_waste(
    resources: Iterable[BilledResource],
    usage: Mapping[str, Sequence[UsageDay]],
    prices: Iterable[CataloguePrice],
    rules: Sequence[WasteRule],
    protected: Mapping[str, tuple[str, ...]],
    today: date,
    complete: AbstractSet[str] = frozenset(),
) -> Findings:
    """Judge every resource by the first rule it matches; `usage` is by resource
    id, `complete` names metrics that were read without an error.
    """
    catalogue = Catalogue(prices)
    recommendations: list[SavingOpportunity] = []
    spared: list[ProtectedResource] = []
    for resource in resources:
        judged = _judge(resource, usage.get(resource.resource_id, ()), catalogue, rules, complete, today)
        if judged is None:
            continue
        rule, recommendation = judged
        tag = protection(resource.tags, protected)
        if tag is None:
            recommendations.append(recommendation)
        else:
            spared.append(ProtectedResource(resource.resource_id, rule.name, f"protected by tag {tag}"))
    ranked = sorted(
        recommendations, key=lambda one: (one.monthly_savings is None, -(one.monthly_savings or 0.0), one.resource_id)
    )
    return Findings(tuple(ranked), tuple(spared))


def _judge(
    resource: BilledResource,
    usage: Sequence[UsageDay],
    catalogue: Catalogue,
    rules: Sequence[WasteRule],
    complete: AbstractSet[str],
    today: date,
) -> tuple[WasteRule, SavingOpportunity] | None:
    by_metric: dict[str, list[UsageDay]] = {}
    for one in usage:
        by_metric.setdefault(one.metric, []).append(one)
    for rule in rules:
        met = meets(rule, resource, by_metric, complete, today)
        if isinstance(met, Unmet):
            continue
        size = smaller(resource, usage, catalogue, today) if rule.saves == "rightsizing" else None
        if isinstance(size, NoSmaller):
            if not size.missing:
                continue
            return rule, _unpriced(rule, resource, met, size)
        return rule, _recommendation(rule, resource, met, size, saving(rule, resource, catalogue, size))
    return None


def _unpriced(rule: WasteRule, resource: BilledResource, met: Met, size: NoSmaller) -> SavingOpportunity:
    """A machine that is too large, of which no price is known: that is said, and nothing is guessed."""
    reasons = [*met.reasons, f"CPU at most {size.peak_cpu:.3g} % in 14 days: half of it holds that with 20 % headroom"]
    evidence: dict[str, Any] = {
        "summary": "; ".join(reasons),
        "rule": rule.name,
        "source": rule.source,
        "metrics": dict(met.metrics),
        "proposed": {},
        "arithmetic": {},
        "doubts": [*met.doubts, "memory use is not measured"],
        "caveats": list(rule.caveats),
        "missing": list(size.missing),
    }
    proposed_size, name = "half its size, or less", resource.instance_type or rule.current
    return SavingOpportunity(
        _UNPRICED,
        resource.resource_id,
        resource.account,
        resource.team,
        name,
        proposed_size,
        None,
        resource.currency,
        "low",
        evidence,
        size.missing,
    )


def _recommendation(
    rule: WasteRule, resource: BilledResource, met: Met, size: Smaller | None, saved: EstimatedSaving
) -> SavingOpportunity:
    reasons, doubts, proposed = [*met.reasons], [*met.doubts], dict[str, Any]()
    current, proposed_state = rule.current, rule.proposed
    confidence: Confidence = lowered(rule.confidence, len(met.doubts))
    if size is not None:
        current, proposed_state = size.current.instance_type, size.proposed.instance_type
        proposed = {"instance_type": proposed_state}
        reasons.append(
            f"CPU at most {size.peak_cpu:.3g} %; {size.needed_vcpus:.2g} of {size.current.vcpus:g} vCPUs are enough "
            "with 20 % headroom"
        )
        doubts += size.doubts
        confidence = min(rule.confidence, size.confidence, key=CONFIDENCES.index)
    summary = "; ".join(reasons) or rule.current
    evidence: dict[str, Any] = {
        "summary": summary,
        "rule": rule.name,
        "source": rule.source,
        "metrics": dict(met.metrics),
        "proposed": proposed,
        "arithmetic": saved.arithmetic,
        "doubts": doubts,
        "caveats": [*rule.caveats, *saved.notes],
        "missing": list(saved.missing),
    }
    return SavingOpportunity(
        kind=rule.kind,
        resource_id=resource.resource_id,
        account=resource.account,
        team=resource.team,
        current_state=current,
        proposed_state=proposed_state,
        monthly_savings=None if saved.monthly is None else round(saved.monthly, 2),
        currency=resource.currency,
        confidence=confidence,
        evidence=evidence,
        missing=saved.missing,
    )
