"""What would let a playbook touch a resource that it leaves alone: the other half of each reason that a plan gives."""

# What a reason begins with or holds, and what somebody could do about it.
_REMEDIES = (
    ("protected by tag", "take that tag off the resource"),
    ("no tag ", "give the resource that tag"),
    ("environment ", "name its environment under guards.environments of the playbook"),
    ("nothing is known of", "let its metrics be collected (ingest_usage) and look again tomorrow"),
    ("the inventory does not know", "let the inventory be read (ingest_usage)"),
    ("the recommendation does not say", "wait for the next look at savings, which names what it should become"),
    (" resources; the playbook allows", "raise guards.maximum_resources of the playbook, or fix them in parts"),
    (" resources of this type; the playbook allows", "raise guards.maximum_percent of the playbook"),
    (" a month; the playbook allows", "raise guards.maximum_monthly_amount of the playbook"),
    ("not chosen", "choose it"),
    (" is ", "bring the resource into the state that the playbook's preconditions ask for"),
)


def remedy(reason: str) -> str:
    """What would allow it, for a reason of `playbooks.plan` or the inventory; empty where nothing is known to."""
    return next((says for words, says in _REMEDIES if words in reason), "")
