"""Alerts, dashboards and log shipping against what they speak of: Prometheus'
own tests, every SQL panel run as the reader, names as they are exposed.
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from bot.api.ops import metrics
from db.database import Database
from tests.deploy.builders import DASHBOARDS, DEPLOY

RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]


LIBRARY = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}  # Prometheus' own, and its client's


PERIOD = ("2026-08-01T00:00:00Z", "2026-11-30T00:00:00Z")


# ------------------------------------------------------------------ Prometheus


@pytest.mark.parametrize(
    "arguments",
    [("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")],
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    """The configuration, the rules, and when each alert fires."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    done = subprocess.run(
        [promtool, *arguments], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_both_ways() -> None:
    """Each has a case in which it fires and one in which it does not."""
    cases = [
        case
        for test in yaml.safe_load((DEPLOY / "prometheus" / "alerts_test.yaml").read_text())["tests"]
        for case in test["alert_rule_test"]
    ]
    for rule in RULES:
        outcomes = {bool(case["exp_alerts"]) for case in cases if case["alertname"] == rule["alert"]}
        assert outcomes == {True, False}, rule["alert"]


def exposed() -> dict[str, set[str]]:
    """Series names that /metrics exposes, each with its labels."""
    found: dict[str, set[str]] = {}
    for name, kind, labels, _ in metrics.documented():
        endings = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        found |= {name + ending: {*labels, *(["le"] if ending == "_bucket" else [])} for ending in endings}
    return found


def promql() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                if target["datasource"]["type"] == "prometheus":
                    yield f"{name}: {panel['title']}", target["expr"]


@pytest.mark.parametrize(("where", "query"), list(promql()))
def test_metrics_are_exposed(where: str, query: str) -> None:
    """Names and labels are those of /metrics: a renamed metric would silence an alert."""
    names = set(re.findall(r"\b(?:finops|process)_[a-z_]+\b|\bup\b", re.sub(r'"[^"]*"', "", query)))
    known = exposed()
    assert names, where
    assert names <= known.keys() | LIBRARY
    labels = set(re.findall(r"(\w+)\s*(?:=~|!=|=)\s*\"", query)) | {
        label for group in re.findall(r"\bby \(([^)]*)\)", query) for label in group.replace(" ", "").split(",")
    }
    of_these = set().union(*(known.get(name, set()) for name in names))
    assert labels <= of_these | {"job", "instance"}


def test_what_the_database_knows_is_not_added_up() -> None:
    """Every bot says the same of it: `sum` over bots would multiply it."""
    stored = {measure.name for measure in metrics.MEASURES} | {"finops_question_seconds_bucket"}
    for where, query in promql():
        for name in stored & set(re.findall(r"\bfinops_[a-z_]+\b", query)):
            assert re.search(r"\bmax\b|min_over_time", query), f"{where} has no max over bots of {name}"


def test_metrics_endpoint_matches_its_documentation(database: Database) -> None:
    """What is scraped is what `documented` lists."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.parser import text_string_to_metric_families

    import bot.api.http.middleware
    import bot.slack.connection.bolt  # noqa: F401 - both register what a process measures itself

    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics.DatabaseCollector(database.app))
    families = list(text_string_to_metric_families((generate_latest() + generate_latest(registry)).decode()))
    named = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert {name for name in named if name.startswith("finops_") and not name.endswith("_created")} == {
        name for name, *_ in metrics.documented()
    }


# ------------------------------------------------------------------ Grafana


def render() -> Any:
    """The module that makes dashboards; deploy/ is no package."""
    spec = importlib.util.spec_from_file_location("render", DEPLOY / "grafana" / "render.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_dashboards_are_as_described() -> None:
    """The JSON is what `make dashboards` makes of dashboards.yaml."""
    module = render()
    assert {path.stem: path.read_text() for path in (DEPLOY / "grafana" / "dashboards").glob("*.json")} == {
        uid: module.written(dashboard) for uid, dashboard in module.dashboards().items()
    }


def test_dashboards_are_sound() -> None:
    """Unique uids and titles, known data sources, a unit for every figure, panels that do not overlap."""
    provisioned = yaml.safe_load((DEPLOY / "grafana" / "provisioning" / "datasources" / "finops.yaml").read_text())[
        "datasources"
    ]
    sources = {source["uid"]: source["type"] for source in provisioned}
    assert len({dashboard["title"] for dashboard in DASHBOARDS.values()}) == len(DASHBOARDS)
    for name, dashboard in DASHBOARDS.items():
        assert dashboard["uid"] == name
        taken: set[tuple[int, int]] = set()
        assert len({panel["title"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
        for panel in dashboard["panels"]:
            assert panel["type"] in ("stat", "timeseries", "table", "logs")
            assert all(
                sources[target["datasource"]["uid"]] == target["datasource"]["type"] for target in panel["targets"]
            )
            assert panel["type"] not in ("stat", "timeseries") or panel["fieldConfig"]["defaults"]["unit"], panel[
                "title"
            ]
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= 24
            assert not cells & taken
            taken |= cells


def expanded(sql: str) -> str:
    """A panel's SQL as Grafana sends it: macros and variables put in."""
    start, end = PERIOD
    sql = re.sub(r"\$__timeFilter\(([\w.]+)\)", rf"\1 BETWEEN '{start}' AND '{end}'", sql)
    sql = re.sub(r"\$__timeGroupAlias\(([\w.]+), '1d'\)", r'floor(extract(epoch from \1)/86400)*86400 AS "time"', sql)
    sql = sql.replace("$__timeFrom()", f"'{start}'").replace("$__timeTo()", f"'{end}'")
    sql = (
        sql.replace("$currency", "USD").replace("$team", "'payments','unallocated'").replace("$scope", "team/payments")
    )
    assert "$" not in sql, sql
    return sql


def panel_queries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, dashboard in DASHBOARDS.items():
        for variable in dashboard["templating"]["list"]:
            yield f"{name}: ${variable['name']}", variable["query"], {"type": "variable"}
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                if "rawSql" in target:
                    yield f"{name}: {panel['title']}", target["rawSql"], panel


@pytest.fixture(scope="module")
def filled(database: Database) -> Iterator[sa.Connection]:
    """The reader's own connection, while every reporting view has rows."""
    rows = (Path(__file__).parent / "dashboard_rows.sql").read_text()
    with database.owner.begin() as connection:
        connection.exec_driver_sql(rows.replace("%", "%%"))
    with database.reader.connect() as reader:
        yield reader
    with database.owner.begin() as connection:
        tables = ", ".join(sorted(set(re.findall(r"INTO (finops\.\w+)", rows))))
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.mark.parametrize(("where", "sql", "panel"), list(panel_queries()))
def test_every_panel_answers(filled: sa.Connection, where: str, sql: str, panel: dict[str, Any]) -> None:
    """As the reader role, on rows of every kind: no panel is empty, time series
    have a time, and columns with a unit are there.
    """
    with filled.begin():
        result = filled.exec_driver_sql(expanded(sql).replace("%", "%%"))
        columns, rows = list(result.keys()), result.all()
    assert rows, where
    if panel["type"] == "timeseries":
        assert columns[0] == "time"
        assert any(isinstance(value, int | float) or hasattr(value, "quantize") for value in rows[0][1:])
    if panel["type"] == "stat":
        assert rows[0][0] is not None
    overridden = {override["matcher"]["options"] for override in panel.get("fieldConfig", {}).get("overrides", [])}
    assert overridden <= set(columns)


def test_the_reader_cannot_do_more(filled: sa.Connection) -> None:
    """The role that the panels run under sees the reporting views only: a
    viewer of Grafana can send any SQL with it.
    """
    for statement in (
        "SELECT * FROM finops.audit_log",
        "SELECT * FROM finops.questions",
        "DELETE FROM reporting.insights",
    ):
        with filled.begin(), pytest.raises(sa.exc.DBAPIError, match=r"permission denied|read-only transaction"):
            filled.exec_driver_sql(statement)
