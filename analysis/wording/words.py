"""What people read for every column, enum, unit and metric: the one table for cards, files, the command line and the
page, which has it as `web/src/words.json`, printed by `python -m analysis.wording.words`.
"""

import json
import sys

COLUMNS = {
    "account": "Account",
    "account_id": "Account number",
    "ai_model": "AI model",
    "a_day": "A day",
    "a_month": "A month",
    "a_year": "A year",
    "amount": "Amount",
    "approved_by": "Approved by",
    "average": "Average",
    "average_per_day": "Average a day",
    "billed_cost": "Billed cost",
    "billing_account": "Billing account",
    "billing_period": "Billing period",
    "budget": "Budget",
    "change": "Change",
    "change_percent": "Change, per cent",
    "charge_category": "Kind of charge",
    "commitment_status": "Commitment used",
    "commitment_type": "Kind of commitment",
    "contracted_cost": "Cost at contracted prices",
    "coverage_rate": "Covered by commitments",
    "created_at": "Found on",
    "currency": "Currency",
    "current_state": "Now",
    "data_through": "Bills through",
    "detected_at": "Found on",
    "effective_cost": "Effective cost",
    "expected_cost": "Expected cost",
    "expected_monthly_savings": "Expected saving a month",
    "finished_at": "Ended",
    "first_seen": "First seen",
    "forecast": "Heading for",
    "forecast_date": "Day",
    "high_80": "At most (80 % likely)",
    "high_95": "At most (95 % likely)",
    "impact_amount": "At stake",
    "insight_id": "Insight",
    "instance_type": "Machine type",
    "invoice_cost": "Invoiced, with tax",
    "kind": "Kind",
    "last_seen": "Last seen",
    "list_cost": "Cost at list prices",
    "loaded_at": "Loaded",
    "low_80": "At least (80 % likely)",
    "low_95": "At least (95 % likely)",
    "made_on": "Predicted on",
    "maximum": "Highest",
    "model": "Model",
    "monthly_cost": "Cost a month",
    "monthly_savings": "Saving a month",
    "of_total": "Of all",
    "percent_used": "Used",
    "period_end": "Until",
    "period_start": "From",
    "playbook": "Playbook",
    "previous": "Before",
    "pricing_category": "Kind of price",
    "proposed_state": "Would become",
    "realized_monthly_savings": "Verified saving a month",
    "recommendation_id": "Recommendation",
    "remediation_id": "Fix",
    "requested_at": "Asked for",
    "requested_by": "Asked for by",
    "resource_id": "Resource id",
    "resource_name": "Resource",
    "resource_type": "Type of resource",
    "savings": "Saved against list prices",
    "savings_rate": "Saved against list prices",
    "scope": "Of",
    "scope_kind": "Of which kind",
    "service_category": "Category of service",
    "share_percent": "Share",
    "share": "Share",
    "unit_cost": "Cost of a unit",
    "usage_date": "Day",
    "usage_hour": "Hour",
    "usage_quantity": "Usage",
    "usage_unit": "Unit",
    "utilization_rate": "Commitments used",
}
VALUES = {
    # kinds of insights and recommendations
    "anomaly": "unusual cost",
    "commitment_gap": "gap of commitments",
    "delete_load_balancer": "delete an idle load balancer",
    "delete_snapshot": "delete an old snapshot",
    "delete_volume": "delete an unattached disk",
    "gp2_to_gp3": "move a gp2 disk to gp3",
    "idle": "idle",
    "lambda_old_versions": "delete old versions of a function",
    "lambda_unused": "delete an unused function",
    "recommendation": "saving",
    "release_address": "release an unused address",
    "rightsize": "resize",
    "stop_idle": "stop an idle machine",
    "storage_class": "move to a cheaper storage class",
    # how a budget, an insight, a fix or a saving stands
    "acknowledged": "being looked at",
    "breached": "over budget",
    "forecast_breach": "heading over budget",
    "ok": "within budget",
    "partial": "in part",
    "pending": "waits for the bill",
    "reversed": "undone",
    "succeeded": "done",
    "unknown": "outcome not known",
    "validated": "verified by the bill",
    "void": "not carried out",
    "warning": "close to its budget",
    "not_validated": "not borne out by the bill",
    # how a load ended
    "held": "held back",
    # what a measurement is of
    "cpu": "CPU",
    "network": "network traffic",
    "memory": "memory",
    "memory_used_mib": "memory in use",
    "connections": "connections",
    "invocations": "calls",
    "requests": "requests",
    "flows": "new connections",
    "iops": "disk operations",
    # attributes of a resource
    "attached_to": "attached to",
    "replica_of": "replica of",
    "created_at": "created",
}
METRICS = {
    "billed_cost": "Billed cost",
    "contracted_cost": "Cost at contracted prices",
    "cost_per_gpu_hour": "Cost of a GPU hour",
    "cost_per_million_tokens": "Cost of a million tokens",
    "coverage_rate": "Share covered by commitments",
    "effective_cost": "Effective cost",
    "gpu_hour_count": "GPU hours",
    "invoice_cost": "Invoiced cost, with tax",
    "list_cost": "Cost at list prices",
    "request_count": "Requests",
    "savings": "Saved against list prices",
    "savings_rate": "Share saved against list prices",
    "token_count": "Tokens",
    "unit_cost": "Cost of a unit",
    "usage_quantity": "Usage",
    "utilization_rate": "Share of commitments used",
}
_SMALLEST = 1e-4  # beneath it an amount is said as none
_BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def column(name: str) -> str:
    """What stands over a column: `Saving a month`; a period's own as it reads, any other as its words."""
    if name in COLUMNS:
        return COLUMNS[name]
    words = name.split("_")
    if not any(word.isdigit() for word in words):
        text = " ".join(words)
        return text[:1].upper() + text[1:]
    span = " – " if any(len(word) == 4 for word in words[:3]) else "–"
    return " ".join(word.capitalize() for word in words).replace(" To ", span)


def value(name: str) -> str:
    """What an enum's value, a measurement or an attribute is called: `gap of commitments`."""
    return VALUES.get(name, name.replace("_", " "))


def metric(name: str) -> str:
    """What is counted: `Effective cost`."""
    return METRICS.get(name) or column(name) + ("" if "cost" in name else " cost")


def quantity(amount: float, unit: str) -> str:
    """`5 MB`, `2.1 %`, `40 MB a day` of a measured amount: never with an exponent."""
    if unit.lower().startswith("byte"):
        rest = unit[len("bytes") :] if unit.lower().startswith("bytes") else ""
        step, name = next(((step, name) for step, name in _BYTES if abs(amount) >= step), (1.0, "bytes"))
        return f"{_plain(amount / step)} {name}{rest}"
    return f"{_plain(amount)} {unit}".strip()


def _plain(amount: float) -> str:
    size = abs(amount)
    if size < _SMALLEST:
        return "0"
    if size >= 100 or amount == int(amount):
        return f"{amount:,.0f}"
    return f"{amount:.1f}" if size >= 10 else f"{amount:.2g}"


def table() -> dict[str, dict[str, str]]:
    """All of it, for the page."""
    return {"columns": COLUMNS, "values": VALUES, "metrics": METRICS}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(table(), indent=2, ensure_ascii=False, sort_keys=True) + "\n")
