"""What would let a playbook touch a resource that it leaves alone: the other half of each reason that a plan gives."""

import re

# How a reason reads, and what somebody could do about it. A cloud's own words of refusal match none.
_REMEDIES = (
    (re.compile("^protected by tag"), "take that tag off the resource"),
    (re.compile("^no tag "), "give the resource that tag"),
    (re.compile("^environment .* is not one of"), "name its environment under guards.environments of the playbook"),
    (re.compile("^nothing is known of"), "let its metrics be collected (ingest_usage) and look again tomorrow"),
    (re.compile("^the inventory does not know"), "let the inventory be read (ingest_usage)"),
    (
        re.compile("^the recommendation does not say"),
        "wait for the next look at savings, which names what it should become",
    ),
    (
        re.compile(r"^\d+ resources; the playbook allows"),
        "raise guards.maximum_resources of the playbook, or fix them in parts",
    ),
    (re.compile(" resources of this type; the playbook allows"), "raise guards.maximum_percent of the playbook"),
    (re.compile(" a month; the playbook allows"), "raise guards.maximum_monthly_amount of the playbook"),
    (re.compile("^not chosen$"), "choose it"),
    (re.compile(r"^\w+ is .*, not "), "bring the resource into the state that the playbook's preconditions ask for"),
)


def remedy(reason: str) -> str:
    """What would allow it, for a reason of a plan or the inventory; empty where nothing is known to."""
    return next((says for pattern, says in _REMEDIES if pattern.search(reason)), "")
