"""What cards draw."""

from typing import Any


def remediation_of(name: str, count: int = 4, **more: Any) -> Any:
    steps = [
        {
            "name": name,
            "resource_id": f"i-{n:04d}",
            "says": "stop",
            "evidence": "peak CPU 2.1 %",
            "monthly_savings": 153.0,
            "state": "planned",
            "error": None,
        }
        for n in range(count)
    ]
    return {
        "id": 3,
        "state": "proposed",
        "reason": None,
        "title": "Stop idle instances",
        "playbook": "ec2-stop-idle",
        "account": name,
        "team": "data",
        "environment": "dev",
        "monthly_savings": 612.0,
        "currency": "USD",
        "steps": steps,
        "left_out": [{"name": name, "reason": "protected by tag"}] * 7,
        "undo": "start again",
        "digest": "a81f00",
        "frozen_at": "2026-11-23T10:04:00+00:00",
        "requested_by": "U0MAYA0001",
        "approvals": [],
        "approvals_needed": 1,
        "approver_roles": ["approver"],
        "not_requester": True,
        "typed_confirmation": False,
        "expires_at": "2026-11-24T10:04:00+00:00",
        "flow_run_id": None,
        "seconds": None,
        "can_undo": False,
        **more,
    }
