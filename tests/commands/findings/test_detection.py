"""`finops detection replay` from the command line."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

import cli
from db.database import Database
from tests.flows.daily import spend

CONFIG = """
visibility: own_teams
people:
  - {id: U0PAY00001, name: Pat, teams: [payments], roles: [member]}
anomalies:
  sensitivity: [{scope: {team: payments}, sensitivity: fewer}]
"""


@pytest.fixture
def environment(clean_database: Database, finops_home: Path, tmp_path: Path) -> dict[str, str]:
    """Eight months of one team, and somebody of it."""
    costs = 500 * np.exp(0.03 * np.random.default_rng(1).normal(size=240))
    with Session(clean_database.owner) as session, session.begin():
        spend(session, date(2026, 1, 5), [float(cost) for cost in costs], team="payments", account="prod")
    (tmp_path / "finops.yaml").write_text(CONFIG)
    return {"FINOPS_CONFIG": str(tmp_path / "finops.yaml"), "FINOPS_HOME": str(finops_home)}


def test_the_levels_of_one_s_own_team_are_shown(environment: dict[str, str]) -> None:
    """As JSON for programs; the file's level is the present one. All costs are not theirs to see."""
    command = ["detection", "replay", "--as", "U0PAY00001"]
    done = CliRunner().invoke(cli.app, [*command, "--scope", "team=payments", "--format", "json"], env=environment)
    assert done.exit_code == 0, done.output
    assert [(one["level"], one["now"]) for one in json.loads(done.output)] == [
        ("fewer", True),
        ("usual", False),
        ("more", False),
    ]
    done = CliRunner().invoke(cli.app, command, env=environment)
    assert done.exit_code == 1
    assert "name one of your teams" in str(done.exception)


@pytest.mark.parametrize("scope", ["payments", "squad=payments", "team="])
def test_what_is_no_scope_is_said(environment: dict[str, str], scope: str) -> None:
    """With the dimensions there are."""
    done = CliRunner().invoke(cli.app, ["detection", "replay", "--scope", scope], env=environment)
    assert done.exit_code == 1
    assert "is no part of a scope; write team, account" in str(done.exception)
