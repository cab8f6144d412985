"""What the card of a recurring playbook draws."""

from typing import Any


def recurring_of(name: str, **more: Any) -> Any:
    return {
        "playbook": "ec2-stop-idle",
        "title": name,
        "description": name,
        "every": "every month",
        "mode": "approve",
        "on": True,
        "switched_by": None,
        "switched_at": None,
        "history": f"It would have saved $1,234 in 8 weeks, over 12 resources {name}.",
        "scope": [f"teams {name}", "environments dev"],
        "a_run": 10,
        "a_month": 20,
        "left_this_month": 16,
        "snapshot": True,
        "destroys": False,
        "approvals_needed": 1,
        "next": ["2026-12-01T09:00+00:00", "2027-01-05T09:00+00:00"],
        "last": None,
        "standing": [],
        **more,
    }
