"""Questions with the replies that a model should give, for its prompt; each is read and compiled in the tests."""

from typing import Any, Final

_OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}
_SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}
_NOVEMBER = {"start": "2026-11-01", "end": "2026-11-16"}
_LAST_WEEK = {"start": "2026-11-02", "end": "2026-11-09"}

EXAMPLES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "second most expensive service in prod this month",
        {
            "kind": "query",
            "query": {
                "metric": "effective_cost",
                "period": _NOVEMBER,
                "filters": [{"dimension": "environment", "values": ["prod"]}],
                "dimensions": ["service"],
                "limit": 1,
                "offset": 1,
            },
        },
    ),
    (
        "which teams grew most from September to October, dev left out",
        {
            "kind": "query",
            "query": {
                "period": _OCTOBER,
                "compared": [_SEPTEMBER],
                "change": "up",
                "dimensions": ["team"],
                "filters": [{"dimension": "environment", "values": ["dev"], "negated": True}],
            },
        },
    ),
    (
        "what part of October has no owner",
        {
            "kind": "query",
            "query": {"period": _OCTOBER, "share_of": [{"dimension": "team", "values": [None]}]},
        },
    ),
    (
        "on how many days of October was it over 9k",
        {"kind": "query", "query": {"period": _OCTOBER, "count": "day", "threshold": {"over": True, "amount": 9000}}},
    ),
    (
        "prod next to staging per week of October",
        {
            "kind": "query",
            "query": {
                "period": _OCTOBER,
                "grain": "week",
                "scopes": [
                    {"dimension": "environment", "values": ["prod"]},
                    {"dimension": "environment", "values": ["staging"]},
                ],
            },
        },
    ),
    (
        "new EC2 machines with web in the name this month, and who has them",
        {
            "kind": "query",
            "query": {
                "period": _NOVEMBER,
                "appeared": "new",
                "dimensions": ["resource", "team"],
                "filters": [
                    {"dimension": "service", "values": ["ec2"]},
                    {"dimension": "resource", "values": ["web"], "contains": True},
                ],
            },
        },
    ),
    (
        "what went wrong last week",
        {"kind": "listing", "listing": {"subject": "anomalies", "period": _LAST_WEEK}},
    ),
)
