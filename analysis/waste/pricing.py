"""What a change would save: at the rate that the bill really charged, less what a commitment goes on paying."""

from dataclasses import dataclass

from analysis.waste.facts import BilledResource, Catalogue
from analysis.waste.rightsizing import Smaller, operating_system
from analysis.waste.rules import WasteRule

HOURS_A_MONTH = 730
GP3_IOPS = 3_000  # included in gp3; gp2 has 3 per GiB (AWS EBS documentation)
GP2_IOPS_PER_GIB = 3


@dataclass(frozen=True)
class EstimatedSaving:
    """A month's saving, or None with what is missing; `arithmetic` are the figures it is made of."""

    monthly: float | None
    arithmetic: dict[str, float]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def saving(
    rule: WasteRule, resource: BilledResource, catalogue: Catalogue, size: Smaller | None = None
) -> EstimatedSaving:
    """The share of the resource's cost that goes away, times what no commitment pays for."""
    if rule.saves == "unknown":
        return EstimatedSaving(None, {}, (rule.unknown,))
    if resource.monthly_cost is None:
        return EstimatedSaving(None, {}, (f"the bill has no cost of {resource.label} by itself",))
    share = _share(rule, resource, catalogue, size)
    return share if isinstance(share, EstimatedSaving) else _uncommitted(resource, resource.monthly_cost, share)


def _share(
    rule: WasteRule, resource: BilledResource, catalogue: Catalogue, size: Smaller | None
) -> float | EstimatedSaving:
    """The share of the cost that goes away, or what is missing to say so."""
    if rule.saves == "rightsizing":
        return size.share_saved if size is not None else 0.0
    if rule.saves == "price_difference":
        return _price_difference(rule, resource, catalogue)
    if rule.saves == "compute":
        return _compute(resource, catalogue)
    return 1.0


def _price_difference(rule: WasteRule, resource: BilledResource, catalogue: Catalogue) -> float | EstimatedSaving:
    now_type = str(resource.attributes.get("volume_type") or resource.attributes.get("storage_class") or "")
    now, then = (catalogue.find(resource, name, "Storage") for name in (now_type, rule.to))
    if now is None or then is None or now.hourly_price <= 0:
        absent = " and ".join(name for name, price in ((now_type, now), (str(rule.to), then)) if price is None)
        return EstimatedSaving(None, {}, (f"no price for {absent} in {resource.region}",))
    if now_type == "gp2" and not isinstance(resource.attributes.get("size_gib"), int | float):
        return EstimatedSaving(None, {}, ("the size of the volume, which decides whether gp3 needs extra IOPS",))
    if now_type == "gp2" and GP2_IOPS_PER_GIB * float(resource.attributes["size_gib"]) > GP3_IOPS:
        return EstimatedSaving(
            None, {}, (f"the price of provisioned IOPS: gp2 has more than gp3's {GP3_IOPS:,} at this size",)
        )
    return 1 - then.hourly_price / now.hourly_price


def _compute(resource: BilledResource, catalogue: Catalogue) -> float | EstimatedSaving:
    """A stopped database goes on paying for its storage: only its hours are
    saved, at most at their list price where the bill does not tell them apart.
    """
    cost = resource.monthly_cost or 0.0
    if cost <= 0:
        return 1.0
    if resource.compute_cost is not None:
        return min(resource.compute_cost / cost, 1.0)
    system = operating_system(resource)
    price = catalogue.find(resource, resource.instance_type, system)
    if price is None:
        return EstimatedSaving(
            None,
            {},
            (
                (
                    f"no price for {resource.instance_type} ({system}) in {resource.region}, to tell its hours from "
                    "its "
                    "storage"
                ),
            ),
        )
    return min(price.hourly_price * HOURS_A_MONTH * (2 if resource.attributes.get("multi_az") else 1) / cost, 1.0)


def _uncommitted(resource: BilledResource, monthly_cost: float, share: float) -> EstimatedSaving:
    committed = min(max(resource.committed_cost, 0.0), max(monthly_cost, 0.0))
    free = (monthly_cost - committed) * share
    arithmetic = {"effective_cost": monthly_cost, "committed_cost": committed, "share_saved": share, "saved": free}
    notes: tuple[str, ...] = ()
    if committed > 0:
        arithmetic["saved_once_freed"] = committed * share
        notes = (
            (
                f"a commitment pays {committed:,.2f} a month of it: that part saves nothing until the commitment is "
                "used "
                "elsewhere or ends"
            ),
        )
    return EstimatedSaving(free, arithmetic, (), notes)
