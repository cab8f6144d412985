"""The smallest type of the price catalogue that carries a machine's load with headroom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.waste.facts import BilledResource, Catalogue, CataloguePrice, Confidence, UsageDay, lowered

HEADROOM = 1.2  # over the peak: AWS Compute Optimizer's default of 20 %
WINDOW_DAYS = 14  # AWS Compute Optimizer's default lookback
LEAST_HOURS = 30  # AWS Compute Optimizer: at least 30 hours of metrics
LARGEST_USE = 0.8  # share of its vCPUs that a load needs with headroom, above which a machine is not too large
WORTH = 0.1  # least share of the price that a change must save
FAMILY_CHANGE_WORTH = 0.25  # the same, where the family changes with it


@dataclass(frozen=True)
class Smaller:
    """What fits: the type, its price and the present one's, the load and the need in vCPUs and GiB."""

    current: CataloguePrice
    proposed: CataloguePrice
    peak_cpu: float
    needed_vcpus: float
    needed_memory_gib: float | None
    confidence: Confidence
    doubts: tuple[str, ...]

    @property
    def share_saved(self) -> float:
        """Of the price."""
        return 1 - self.proposed.hourly_price / self.current.hourly_price


@dataclass(frozen=True)
class NoSmaller:
    """No type is proposed. Where `missing` says what the catalogue lacks, half
    of the machine would do all the same, at `peak_cpu` per cent.
    """

    reason: str
    missing: tuple[str, ...] = ()
    peak_cpu: float | None = None


def operating_system(resource: BilledResource) -> str:
    """How the price catalogue names what runs on the resource."""
    if engine := resource.attributes.get("engine"):
        names = {
            "mysql": "MySQL",
            "mariadb": "MariaDB",
            "postgres": "PostgreSQL",
            "aurora-mysql": "Aurora MySQL",
            "aurora-postgresql": "Aurora PostgreSQL",
        }
        return names.get(str(engine), str(engine))
    return "Windows" if "windows" in str(resource.attributes.get("platform", "")).lower() else "Linux"


def _recent(usage: Sequence[UsageDay], metric: str, today: date) -> list[float]:
    """Highest values per day: P99.5 where the source has it (`metric`_p99_5), else the maximum, which is never
    lower.
    """
    first = today - timedelta(days=WINDOW_DAYS)
    for name in (f"{metric}_p99_5", metric):
        values = [
            one.maximum for one in usage if one.metric == name and first <= one.day < today and one.maximum is not None
        ]
        if values:
            return values
    return []


def smaller(
    resource: BilledResource, usage: Sequence[UsageDay], catalogue: Catalogue, today: date
) -> Smaller | NoSmaller:
    """The cheapest type of the same architecture, region and system that holds the peak of the last 14 days plus 20 %.

    CPU must have been measured on two days (30 hours) at least. Memory is not in CloudWatch without its
    agent: where `memory` (per cent) is unknown, the proposal keeps at least half of it and is less sure.
    """
    current = catalogue.find(resource, resource.instance_type, operating_system(resource))
    if current is None:
        return _unpriced(
            f"no price for {resource.instance_type} ({operating_system(resource)}) in {resource.region}", usage, today
        )
    if current.vcpus is None or current.memory_gib is None:
        return _unpriced(f"the catalogue does not know the size of {current.instance_type}", usage, today)
    cpu = _recent(usage, "cpu", today)
    if 24 * len(cpu) < LEAST_HOURS:
        return NoSmaller(f"CPU is known of {len(cpu)} days; {LEAST_HOURS} hours are needed")
    memory = _recent(usage, "memory", today)
    needed_cpu = current.vcpus * max(cpu) / 100 * HEADROOM
    needed_memory = current.memory_gib * (max(memory) / 100 * HEADROOM if memory else 0.5)
    proposed = _cheapest(current, catalogue, needed_cpu, needed_memory)
    if proposed is None:
        return NoSmaller(f"nothing cheaper holds {needed_cpu:.2g} vCPUs and {needed_memory:.3g} GiB")
    doubts = () if memory else ("memory use is not measured; at least half of it is kept",)
    if len(cpu) < WINDOW_DAYS:
        doubts = (*doubts, f"only {len(cpu)} of {WINDOW_DAYS} days measured")
    confidence = lowered("high", len(doubts))
    return Smaller(current, proposed, max(cpu), needed_cpu, needed_memory if memory else None, confidence, doubts)


def _unpriced(reason: str, usage: Sequence[UsageDay], today: date) -> NoSmaller:
    """What can be said without a price: that half of it would hold the peak
    with headroom, where two whole weeks were measured.
    """
    cpu = _recent(usage, "cpu", today)
    half_is_enough = len(cpu) >= WINDOW_DAYS and max(cpu) * HEADROOM <= 50
    return NoSmaller(reason, (reason,), max(cpu)) if half_is_enough else NoSmaller(reason)


def _cheapest(current: CataloguePrice, catalogue: Catalogue, vcpus: float, memory_gib: float) -> CataloguePrice | None:
    if vcpus > LARGEST_USE * (current.vcpus or 0.0):
        return None  # it is well used: another family would be a bargain, not a smaller size
    for price in catalogue.beside(current):
        if _accelerated(price) != _accelerated(current) or (
            _accelerated(current) and _family(price) != _family(current)
        ):
            continue  # what its graphics card or other accelerator does is not in these metrics
        same_family = _family(price) == _family(current)
        limit = current.hourly_price * (1 - (WORTH if same_family else FAMILY_CHANGE_WORTH))
        if (
            price.hourly_price > limit
            or price.architecture != current.architecture
            or (_burstable(price) and not _burstable(current))
        ):
            continue
        if (
            price.vcpus is not None
            and price.memory_gib is not None
            and price.vcpus >= vcpus
            and price.memory_gib >= memory_gib
        ):
            return price
    return None


def _family(price: CataloguePrice) -> str:
    return price.instance_type.rpartition(".")[0]


def _accelerated(price: CataloguePrice) -> bool:
    """Types with a GPU, an FPGA or a chip for models: AWS's letters g, p, f,
    dl, inf, trn, vt before the generation (`m6g` is an m).
    """
    return re.match(r"(g|p|f|dl|inf|trn|vt)\d", price.instance_type) is not None


def _burstable(price: CataloguePrice) -> bool:
    """Types that earn CPU credits: a steady load would exhaust them, which the peak does not tell."""
    return _family(price).removeprefix("db.").startswith("t")
