"""Recurring playbooks from the command line."""

from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

import cli
from db.database import Database


def test_a_recurring_playbook_is_switched_and_its_next_runs_are_approved(
    clean_database: Database, finops_home: Path, tmp_path: Path
) -> None:
    """By the people of finops.yaml; who switched it on does not approve, and without a person nobody does."""
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "mine.yaml").write_text(
        "name: mine-one\ntitle: Mine\ntrigger: {kind: stop_idle}\nmode: approve\nsteps: [{action: ec2.stop}]\n"
        "recurring: {every: week, active: false}\n"
    )
    config = tmp_path / "finops.yaml"
    config.write_text(
        "people:\n"
        "  - {id: U0OMAR0001, name: Omar, roles: [operator, approver], approves_teams: ['*']}\n"
        "  - {id: U0ARI00001, name: Ari, roles: [approver], approves_teams: ['*']}\n"
    )
    environment = {"FINOPS_PLAYBOOKS": str(folder), "FINOPS_CONFIG": str(config), "FINOPS_HOME": str(finops_home)}
    until = f"{datetime.now(UTC).date()}"
    for arguments, code, says in (
        (("on", "mine-one", "--as", "U0ARI00001"), 1, "needs the role operator"),
        (("on", "mine-one", "--as", "U0OMAR0001"), 0, "mine-one is switched on."),
        (("approve", "mine-one", "--until", until, "--as", "U0OMAR0001"), 1, "You switched this playbook on"),
        (("approve", "mine-one", "--until", until), 1, "every team's resources"),
        (("approve", "mine-one", "--until", "soon", "--as", "U0ARI00001"), 2, "takes a date"),
        (("approve", "mine-one", "--until", until, "--as", "U0ARI00001"), 0, "are approved until"),
        (("recurring",), 0, f"Ari until {until}"),
        (("withdraw", "mine-one", "--as", "U0ARI00001"), 0, "1 withdrawn."),
        (("off", "mine-one", "--as", "U0OMAR0001"), 0, "mine-one is switched off."),
    ):
        done = CliRunner().invoke(cli.app, ["playbooks", *arguments], env=environment)
        assert (done.exit_code, says in done.output) == (code, True), (arguments, done.output)
