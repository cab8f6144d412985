"""A root cause in a few plain words, the same in an alert and in an answer."""

from collections.abc import Sequence

from analysis.root_cause import ResourceChange, Verdict, machine_type

EFFECTS: dict[Verdict, str] = {
    "usage": "usage, not price",
    "price": "price, not usage",
    "mix": "another mix of kinds",
    "unmetered": "charges without a usage quantity",
    "several": "usage and price",
    "none": "nothing moved",
}
_ALL = 0.98
_CARRIES = 0.5  # of the change, under which resources of one sort are not the reason


def carried_by(resources: Sequence[ResourceChange], delta: float) -> str:
    """`3 new resources (db.r6g.4xlarge): a, b, c carry 96 %`; empty where no
    sort of changed resource carries half of it.
    """
    for sort in ("new", "gone", "resized"):
        same = [item for item in resources if item.change == sort]
        moved = sum(item.after - item.before for item in same)
        if not same or not delta or moved / delta < _CARRIES:
            continue
        kinds = sorted({_kind(item.kind_after or item.kind_before or "") for item in same} - {""})
        of_kind = f" ({', '.join(kinds[:2])})" if kinds else ""
        named = ", ".join(item.name for item in same[:3]) + (f" and {len(same) - 3} more" if len(same) > 3 else "")
        one = len(same) == 1
        share = "all of it" if moved / delta > _ALL else f"{100 * moved / delta:.0f} %"
        return (
            f"{len(same)} {sort} resource{'' if one else 's'}{of_kind}: {named} {'carries' if one else 'carry'} {share}"
        )
    return ""


def _kind(usage_type: str) -> str:
    """`db.r6g.4xlarge`; what is no machine's use as words: `Lambda GB Second`."""
    return machine_type(usage_type) or usage_type.replace("-", " ")
