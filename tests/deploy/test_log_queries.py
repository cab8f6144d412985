"""What collects the logs and what asks them: Alloy and Loki."""

import io
import json
import logging
import re

import pytest

from tests.deploy.builders import DASHBOARDS, DEPLOY

# ------------------------------------------------------------------ Loki


def alloy(name: str) -> str:
    return re.sub(r"//.*", "", (DEPLOY / "alloy" / f"{name}.alloy").read_text().replace("://", ":@@"))


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_alloy_is_consistent(name: str) -> None:
    """Balanced blocks; every component that is referred to is declared; what becomes a label was read from the line."""
    text = alloy(name)
    assert text.count("{") == text.count("}")
    assert text.count("[") == text.count("]")
    declared = {f"{kind}.{label}" for kind, label in re.findall(r'^([\w.]+) "(\w+)" \{', text, re.M)}
    used = set(re.findall(r"\b((?:discovery|loki)\.\w+(?:\.\w+)*?\.\w+)\.(?:targets|output|receiver)\b", text))
    assert used
    assert used <= declared
    read = keys(text, "stage.json", "expressions")
    assert keys(text, "stage.labels", "values") | keys(text, "stage.structured_metadata", "values") <= read


def keys(text: str, block: str, attribute: str) -> set[str]:
    """The keys of a map in a block of Alloy's configuration."""
    found = re.search(rf"{re.escape(block)} \{{\s*{attribute} = \{{([^}}]*)\}}", text)
    assert found
    return set(re.findall(r"(\w+)\s*=", found[1]))


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
def test_alloy_reads_what_is_logged(name: str) -> None:
    """A real line of the log, through its real formatter, has every key that Alloy takes from it."""
    from config import logs

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    logger = logging.getLogger("tests.deploy")
    logger.addHandler(handler)
    try:
        with logs.request("abc123def456"):
            logger.warning("a line")
    finally:
        logger.removeHandler(handler)
    line = json.loads(stream.getvalue())
    assert keys(alloy(name), "stage.json", "expressions") <= line.keys()
    assert (line["level"], line["logger"], line["event"], line["request_id"]) == (
        "warning",
        "tests.deploy",
        "a line",
        "abc123def456",
    )


def logql() -> list[str]:
    return [
        t["expr"]
        for d in DASHBOARDS.values()
        for p in d["panels"]
        for t in p["targets"]
        if t["datasource"]["type"] == "loki"
    ]


@pytest.mark.parametrize("name", ["docker", "kubernetes"])
@pytest.mark.parametrize("query", logql())
def test_logs_are_asked_by_labels_that_exist(name: str, query: str) -> None:
    """Streams by Alloy's labels, lines by them, by its structured metadata, or
    by what the query itself takes from the line.
    """
    text = alloy(name)
    labels = keys(text, "stage.labels", "values") | set(re.findall(r'target_label\s*=\s*"(\w+)"', text))
    metadata = keys(text, "stage.structured_metadata", "values")
    selector, rest = re.match(r"[^{]*\{([^}]*)\}(.*)", query).groups()
    assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)) <= labels
    extracted = set(re.findall(r"(\w+)=\"\w+\"", "".join(re.findall(r"\| json ([^|\[]*)", rest))))
    filtered = set(re.findall(r"\|\s*(\w+)\s*(?:=~|!~|!=|=)", rest))
    grouped = {label for group in re.findall(r"\bby \(([^)]*)\)", query) for label in group.replace(" ", "").split(",")}
    assert filtered | grouped <= labels | metadata | extracted
