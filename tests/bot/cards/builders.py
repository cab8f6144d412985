"""What cards draw."""

from datetime import date
from typing import Any

from tests.bot.cards.recurring import recurring_of


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


def series(days: int) -> dict[str, Any]:
    dates = [date.fromordinal(740_000 + n).isoformat() for n in range(days)]
    values = [100.0 + n for n in range(days)]
    return {
        "dates": dates,
        "actual": values,
        "expected": values,
        "low": [v - 5 for v in values],
        "high": [v + 5 for v in values],
    }


def alert_of(name: str, **more: Any) -> dict[str, Any]:
    cause = {
        "what": f"3 new db.r6g.4xlarge {name}",
        "when": "since Tue 17 Nov",
        "where": name,
        "who": "role deploy-ci, 17 Nov 09:12 UTC",
        "why": "usage, not price",
        "contributions": [{"name": f"{name} {n}", "amount": 400.0 - n} for n in range(12)],
        "similar": name,
    }
    evidence = {"series": series(30), "confidence": "high", "cause": cause}
    return {
        "id": 7,
        "title": f"{name} is up $1,240 a day",
        "kind": "anomaly",
        "severity": "critical",
        "status": "open",
        "impact_amount": 1240.0,
        "currency": "USD",
        "team": name,
        "owner": "U0MAYA0001",
        "minutes_after_data": 4.2,
        "playbook": "ec2-stop-idle",
        "evidence": evidence,
        **more,
    }


def messages(name: str) -> list[tuple[str, dict[str, Any]]]:
    figure = {
        "kind": "line",
        "title": name,
        "categories": [f"d{n}" for n in range(30)],
        "series": [["cost", [1.0] * 30]],
        "y_label": "USD",
        "limit": 9.0,
    }
    money = {
        "amount": 90_000,
        "spent": 58_200,
        "forecast": 96_000,
        "forecast_low": 91_000,
        "forecast_high": 102_000,
        "currency": "USD",
    }
    load = {
        "path": f"/x/{name}",
        "provider": name,
        "billing_periods": ["2026-11-01"],
        "rows": 10,
        "rejected": 0,
        "status": "loaded",
        "error": name,
    }
    return [
        ("note", {"text": name}),
        ("help", {}),
        ("alert", alert_of(name)),
        ("alert", alert_of(name, status="expected", status_reason=name)),
        ("alert", {"id": 1, "title": name, "kind": "budget", "currency": "USD"}),
        ("assignment", {"owner": "U0MAYA0001", "by": name, "title": name}),
        ("why", alert_of(name)),
        ("why", {"id": 1, "title": name}),
        (
            "budget",
            {
                "budget": name,
                "scope": name,
                "crosses_on": "2026-11-27",
                "reason": name,
                "owner": "U0MAYA0001",
                "figure": figure,
                **money,
            },
        ),
        ("digest", {"title": name, "lines": [name] * 5, "figure": figure, "late": name, "details": True}),
        (
            "digest_details",
            {"sections": [{"title": name, "columns": ["a", "b"], "rows": [[name, "1"]] * 20, "right": [1]}] * 3},
        ),
        (
            "forecast",
            {
                "scope_kind": "team",
                "scope": name,
                "currency": "USD",
                "days": 90,
                "total": 5.0,
                "low": 4.0,
                "high": 6.0,
                "model": name,
                "made_on": "2026-11-23",
                "error": 0.06,
                "figure": figure,
            },
        ),
        (
            "load",
            {
                "loads": [load] * 20,
                "rows": 200,
                "rejected": 3,
                "totals": {"USD": {"effective": 4100.0}},
                "replaced": [{"month": "2026-11", "rows": 5, "cost": {"USD": {"effective": 1.0}}}],
            },
        ),
        (
            "load",
            {
                "loads": [load],
                "rows": 10,
                "rejected": 0,
                "standing": [
                    {
                        "period": name,
                        "currency": "USD",
                        "now": {"billed": "10.5", "tax": "1"},
                        "before": {"billed": "9"},
                    },
                    {"period": "2026-10", "currency": name, "now": {"billed": "10.5", "tax": "0"}, "before": None},
                ],
            },
        ),
        ("load", {"loads": [], "rows": 0, "rejected": 0}),
        *(
            (
                "request",
                {
                    "id": 1,
                    "what": name,
                    "state": state,
                    "requested_by": name,
                    "approvers": ["U0TOMAS001"],
                    "approved_by": "x",
                    "reason": name,
                },
            )
            for state in ("requested", "approved", "triggered", "finished", "failed", "rejected")
        ),
        ("request_waiting", {"what": name}),
        ("canvas", {"title": name, "url": "https://acme.slack.com/docs/T1/F1"}),
        ("taught", {"id": 1, "state": "waiting", "text": name, "means": name, "teams": [name], "taught_by": name}),
        *(
            (
                "proposal",
                remediation_of(
                    name,
                    state=state,
                    can_undo=state == "succeeded",
                    approvals=[{"actor": "U1", "name": name, "at": "2026-11-23T10:06:00+00:00"}],
                ),
            )
            for state in (
                "proposed",
                "approved",
                "running",
                "succeeded",
                "partial",
                "failed",
                "unknown",
                "rejected",
                "expired",
                "undone",
                "void",
            )
        ),
        ("proposal", remediation_of(name, count=500)),
        (
            "proposal",
            remediation_of(name, state="ticket", ticket={"state": "open", "name": name, "url": "https://x/1"}),
        ),
        ("recurring", recurring_of(name)),
        (
            "recurring",
            recurring_of(
                name,
                on=False,
                switched_by=name,
                switched_at="2026-11-23T10:04:00+00:00",
                last=f"2026-11-24: {name}",
                destroys=True,
                told=name,
                standing=[{"id": 1, "name": name, "until": "2027-01-15", "void": name}],
            ),
        ),
        (
            "proposal",
            remediation_of(
                name,
                state="succeeded",
                headline="Stop {count} idle instance{s}",
                requester_name=name,
                savings=name,
                can_undo=True,
                flow_run_url="http://127.0.0.1:4200/runs/flow-run/1",
                approvers=["U0PRIYA001", name],
            ),
        ),
        ("remediation_progress", {"line": name}),
        ("remediation_progress", {"line": name, "ask": ["U0PRIYA001", name]}),
        *(
            ("remediation_progress", {**remediation_of(name, count=count, state="running"), "run": True, "line": name})
            for count in (4, 500)
        ),
    ]
