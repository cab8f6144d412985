"""The workflow runs nothing that a person cannot: every step is a make target
that exists, every job's needs are jobs, nothing is unbounded.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yaml").read_text())
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
SETUP = yaml.safe_load((ROOT / ".github" / "actions" / "setup" / "action.yaml").read_text())
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
# What may be used from elsewhere: each by its commit, so that a moved tag changes nothing here.
ACTIONS = {
    "actions/attest-build-provenance",
    "actions/checkout",
    "actions/setup-python",
    "actions/upload-artifact",
    "docker/login-action",
}


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        inner
        for step in job["steps"]
        for inner in (SETUP["runs"]["steps"] if step.get("uses") == "./.github/actions/setup" else [step])
    ]


@pytest.mark.parametrize("name", JOBS)
def test_every_command_is_a_make_target(name: str) -> None:
    """So that what CI says can be tried before it is pushed."""
    for step in steps(JOBS[name]):
        if "run" in step:
            program, target, *_ = step["run"].split()
            assert program == "make"
            assert target in TARGETS
        else:
            action, commit = step["uses"].split("@")
            assert action in ACTIONS
            assert re.fullmatch("[0-9a-f]{40}", commit)


@pytest.mark.parametrize("name", JOBS)
def test_jobs_are_bounded_and_ordered(name: str) -> None:
    """A time limit, a checkout first, and needs that are jobs before it."""
    job = JOBS[name]
    assert job["timeout-minutes"] <= 90
    assert job["steps"][0]["uses"].startswith("actions/checkout@")
    before = list(JOBS)[: list(JOBS).index(name)]
    assert set(job.get("needs", [])) <= set(before)


def test_what_is_promised_is_run() -> None:
    """Lint, tests, migrations, flows, chart, vulnerabilities, and the image after all of them."""
    run = {step["run"].split()[1] for job in JOBS.values() for step in steps(job) if "run" in step}
    promised = {"check", "test", "migrations", "flows", "chart", "audit", "web-audit", "chaos", "sbom"}
    assert {*promised, "image", "image-test", "image-push"} <= run
    assert set(JOBS["image"]["needs"]) == JOBS.keys() - {"image"}


def test_rights_are_the_least() -> None:
    """Reading only, but for the job that pushes the image, and that pushes nothing for a pull request."""
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert {name for name, job in JOBS.items() if "permissions" in job} == {"image"}
    signing = [step for step in JOBS["image"]["steps"] if "attest" in step.get("uses", "")]
    assert len(signing) == 2
    assert all(step["if"] == "github.ref_type == 'tag'" for step in signing)
    pushing = [
        step for step in JOBS["image"]["steps"] if "push" in step.get("run", "") or "login" in step.get("uses", "")
    ]
    assert len(pushing) == 2
    assert all(step["if"] == "github.event_name == 'push'" for step in pushing)


def test_expressions_are_closed() -> None:
    """Every ${{ has its }}, and no text from outside is put into a shell command."""
    text = (ROOT / ".github" / "workflows" / "ci.yaml").read_text()
    assert text.count("${{") == text.count("}}")
    assert not [line for line in text.splitlines() if "run:" in line and "${{" in line]


def test_ci_runs_what_people_run() -> None:
    """`.ci/run` is the tools and the two commands of the README."""
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make ")] == ["make tools", "make check", "make test"]


def test_every_target_is_declared() -> None:
    """A file of the same name would otherwise switch a target off; every one that people call says what it does."""
    text = (ROOT / "Makefile").read_text()
    declared = set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split())  # type: ignore[index]  # no match fails the test
    assert declared == TARGETS
    assert {target for target in TARGETS if not re.search(rf"^{target}:.*## \S", text, re.M)} == {"static"}


def test_every_test_that_a_target_names_is_there() -> None:
    """pytest runs nothing at all where one of its paths is missing."""
    named = re.findall(r"\btests/[\w/.]*\w", (ROOT / "Makefile").read_text())
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
