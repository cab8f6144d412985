"""Dashboards as code: `dashboards.yaml` -> one JSON a dashboard, as Grafana
provisions it. `make dashboards` writes, a test compares.
"""

import json
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
_WIDTH = 24  # columns of Grafana's grid
_SOURCES = {
    "promql": {"type": "prometheus", "uid": "prometheus"},
    "sql": {"type": "grafana-postgresql-datasource", "uid": "finops"},
    "logql": {"type": "loki", "uid": "loki"},
}
_GRAFANA_KIND = {"bars": "timeseries"}
_RED_ABOVE = "threshold"


def dashboards() -> dict[str, dict[str, Any]]:
    """Every dashboard by its uid, in the order of the file."""
    described = yaml.safe_load((HERE / "dashboards.yaml").read_text(encoding="utf-8"))
    return {uid: _dashboard(uid, content) for uid, content in described.items()}


def _dashboard(uid: str, content: dict[str, Any]) -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    x = y = tallest = 0
    for number, described in enumerate(content["panels"], start=1):
        width, height = described.get("width", 12), described.get("height", 8)
        if x + width > _WIDTH:
            x, y, tallest = 0, y + tallest, 0
        panels.append(_panel(number, described, {"x": x, "y": y, "w": width, "h": height}))
        x, tallest = x + width, max(tallest, height)
    return {
        "uid": uid,
        "title": content["title"],
        "description": content["description"],
        "tags": ["finops"],
        "timezone": "utc",
        "schemaVersion": 41,
        "editable": False,
        "refresh": content.get("refresh", ""),
        "time": {"from": content["from"], "to": content.get("to", "now")},
        "templating": {"list": [_variable(name, sql) for name, sql in content.get("variables", {}).items()]},
        "links": [
            {"type": "dashboards", "tags": ["finops"], "title": "finops-bot", "asDropdown": True, "keepTime": False}
        ],
        "panels": panels,
    }


def _variable(name: str, sql: str) -> dict[str, Any]:
    """A choice of values: currencies are chosen one at a time since they must
    never be added up, the rest several at a time.
    """
    single = name in ("currency", "scope")
    return {
        "name": name,
        "label": name,
        "type": "query",
        "datasource": _SOURCES["sql"],
        "query": sql,
        "refresh": 2,
        "multi": not single,
        "includeAll": not single,
        "current": {} if single else {"text": ["All"], "value": ["$__all"]},
    }


def _panel(number: int, described: dict[str, Any], position: dict[str, int]) -> dict[str, Any]:
    kind = described["kind"]
    queries = described["query"] if isinstance(described["query"], list) else [described["query"]]
    targets = [_target(chr(ord("A") + index), kind, query) for index, query in enumerate(queries)]
    return {
        "id": number,
        "type": _GRAFANA_KIND.get(kind, kind),
        "title": described["title"],
        "description": described.get("says", ""),
        "datasource": targets[0]["datasource"],
        "gridPos": position,
        "targets": targets,
        "fieldConfig": _field_config(kind, described),
        "options": _options(kind),
    }


def _target(letter: str, kind: str, query: dict[str, str]) -> dict[str, Any]:
    language = next(name for name in _SOURCES if name in query)
    text = query[language].strip()
    target: dict[str, Any] = {"refId": letter, "datasource": _SOURCES[language]}
    if language == "sql":
        return {
            **target,
            "rawQuery": True,
            "editorMode": "code",
            "rawSql": text,
            "format": "time_series" if kind in ("timeseries", "bars") else "table",
        }
    target |= {"expr": text, "legendFormat": query.get("legend", "")}
    if language == "logql":
        return {**target, "queryType": "instant" if kind in ("stat", "table") else "range"}
    return {**target, "instant": kind in ("stat", "table")}


def _field_config(kind: str, described: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": described.get("unit", "none")}
    if _RED_ABOVE in described:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": described[_RED_ABOVE]}]
        defaults |= {"thresholds": {"mode": "absolute", "steps": steps}, "color": {"mode": "thresholds"}}
    if kind == "bars":
        defaults["custom"] = {
            "drawStyle": "bars",
            "fillOpacity": 80,
            "lineWidth": 0,
            "stacking": {"mode": "normal", "group": "A"},
        }
    overrides = [
        {"matcher": {"id": "byName", "options": column}, "properties": [{"id": "unit", "value": unit}]}
        for column, unit in described.get("units", {}).items()
    ]
    return {"defaults": defaults, "overrides": overrides}


def _options(kind: str) -> dict[str, Any]:
    if kind in ("timeseries", "bars"):
        return {
            "legend": {"displayMode": "table", "placement": "right", "calcs": ["lastNotNull"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if kind == "stat":
        return {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "none"}
    if kind == "logs":
        return {"showTime": True, "wrapLogMessage": True, "enableLogDetails": True, "sortOrder": "Descending"}
    return {}


def written(dashboard: dict[str, Any]) -> str:
    """A dashboard as its file's text."""
    return json.dumps(dashboard, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for uid, dashboard in dashboards().items():
        (HERE / "dashboards" / f"{uid}.json").write_text(written(dashboard), encoding="utf-8")
