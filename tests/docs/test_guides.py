"""What the guides tell people to type exists: commands, options, variables,
targets, files, keys of finops.yaml, SQL, permissions.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import typer
import yaml

from cli import app
from config.errors import UserError
from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from db.maintenance import upgrade

ROOT = Path(__file__).resolve().parents[2]
GUIDES = {path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))} | {
    "README.md": (ROOT / "README.md").read_text()
}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def blocks(language: str) -> list[tuple[str, str]]:
    """Fenced blocks of a language with the guide they are in; indented ones too."""
    return [
        (name, re.sub(r"(?m)^" + re.match(r" *", indent)[0], "", body))  # type: ignore[index]  # matches every text
        for name, text in GUIDES.items()
        for indent, body in re.findall(rf"(?ms)^( *)```{language}[^\n]*\n(.*?)^ *```", text)
    ]


def typed() -> Iterator[tuple[str, str]]:
    """Everything that looks like a command of ours, in code and in text."""
    for name, text in GUIDES.items():
        code = "\n".join([*re.findall(r"(?ms)^ *```(?:sh)?\n(.*?)^ *```", text), *re.findall(r"`([^`\n]+)`", text)])
        for line in code.splitlines():
            found = re.search(r"(?:^|[\s/(])finops [a-z][^#`)]*", line)
            if found and "/finops " not in line and "kubectl" not in line:
                yield name, found[0].strip(" /(`")


COMMANDS = sorted(set(typed()))


def test_there_are_commands() -> None:
    """The search finds them."""
    assert len(COMMANDS) > 25


@pytest.mark.parametrize(("guide", "line"), COMMANDS)
def test_commands_exist(guide: str, line: str) -> None:
    """Each command with its options is one that the program has."""
    command: Any = typer.main.get_command(app)
    words = line.split()[1:]
    while words and getattr(command, "commands", None):
        assert words[0] in command.commands, f"{guide}: {line}"
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word.rstrip(",.;:…") for word in words if word.startswith("--")} <= options, f"{guide}: {line}"


def test_variables_exist() -> None:
    """Every FINOPS_, SLACK_, VAULT_ and OPENAI_ variable is a setting, or one that Compose or CI reads."""
    known = {item.validation_alias or f"FINOPS_{name}".upper() for name, item in Settings.model_fields.items()}
    known |= set(re.findall(r"\$\{(\w+)", (ROOT / "deploy" / "compose" / "compose.yaml").read_text())) | {
        "FINOPS_TOKEN"
    }
    for guide, text in GUIDES.items():
        used = set(re.findall(r"\b(?:FINOPS|SLACK|VAULT|OPENAI)_[A-Z_]+[A-Z]\b", text))
        assert used <= known, f"{guide}: {used - known}"


def test_targets_and_files_exist() -> None:
    """`make …` targets, and paths of this repository in backticks."""
    folders = (
        "bot",
        "flows",
        "nl2sql",
        "playbooks",
        "analysis",
        "db",
        "demo",
        "deploy",
        "tests",
        "docs",
        "benchmarks",
        ".github",
        ".ci",
    )
    for guide, text in GUIDES.items():
        assert set(re.findall(r"`make ([a-z-]+)", text)) <= TARGETS, guide
        for path in re.findall(r"`((?:" + "|".join(re.escape(folder) for folder in folders) + r")/[\w./-]*)`", text):
            assert (ROOT / path).exists(), f"{guide}: {path}"
        for module in re.findall(r"python -m ([\w.]+)", text):
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"{guide}: {module}"


def test_keys_of_finops_yaml_exist() -> None:
    """Every piece of finops.yaml in a guide is one that the product takes."""
    taken = 0
    for guide, text in blocks("yaml"):
        content = yaml.safe_load(text)
        if (
            isinstance(content, dict)
            and content.keys() & Organisation.model_fields.keys()
            and "existingSecret" not in content
            and "steps" not in content
        ):
            Organisation.model_validate(content), guide
            taken += 1
    assert taken >= 5


def test_values_of_the_chart_exist() -> None:
    """The example values render, and single ones named in the text are in the schema."""
    from helm_python import Chart

    examples = [yaml.safe_load(text) for _, text in blocks("yaml") if "existingSecret" in text]
    assert examples
    with Chart.load(ROOT / "deploy" / "helm" / "finops-bot") as chart:
        assert all(chart.render(values=values, name="finops-bot", namespace="finops") for values in examples)
        schema = chart.schema
    assert schema
    for path in re.findall(r"`((?:bot|vault|slack|networkPolicy|dashboards|ingress)\.[\w.]+)`", GUIDES["deploy.md"]):
        part: Any = schema
        for key in path.split("."):
            part = part["properties"].get(key)
            assert part, path


def permissions() -> set[str]:
    """IAM permissions for looking that the code names."""
    texts = [path.read_text() for folder in ("flows", "playbooks") for path in (ROOT / folder).rglob("*.py")]
    return {
        found for text in texts for found in re.findall(r'"([a-z0-9-]+:(?:Describe|List|Get|Lookup)[A-Za-z]+)"', text)
    }


def test_the_observers_policy_is_complete() -> None:
    """The role to look with is allowed what the code calls and nothing else."""
    policies = [json.loads(text) for guide, text in blocks("json") if guide == "connect-clouds.md"]
    allowed: set[str] = set()
    for policy in policies:
        for statement in policy["Statement"]:
            allowed |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    assert allowed == permissions() | {"s3:ListBucket", "s3:GetObject"}


@pytest.mark.parametrize("statement", re.findall(r"`(SELECT [^`]+)`", GUIDES["runbook.md"]))
def test_queries_of_the_runbook_run(database: Database, statement: str) -> None:
    """At night nobody wants to find out that a column is called otherwise."""
    with database.app.connect() as connection:
        connection.execute(sa.text(statement))


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[postgres.Server]:
    """A PostgreSQL that nobody has set up yet."""
    yield postgres.start(tmp_path)
    postgres.stop(tmp_path)


def test_an_owner_without_the_rights_is_told_what_to_run(outside: postgres.Server) -> None:
    """A sentence with the statement that an administrator runs; after it the upgrade goes through."""
    administrator = sa.create_engine(
        outside.url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with administrator.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE plain LOGIN PASSWORD 'pass'")
        connection.exec_driver_sql("CREATE DATABASE finops OWNER plain")
        database = engines.locate(
            Settings(_env_file=None, database_url=f"postgresql://plain:pass@127.0.0.1:{outside.port}/finops")
        )
        with pytest.raises(UserError, match="Let an administrator of the database run") as refused:
            upgrade.upgrade(database)
        for statement in str(refused.value).partition("run: ")[2].split(";"):
            connection.exec_driver_sql(statement)
    upgrade.upgrade(database)
    assert upgrade.is_current(database)
    database.dispose()
    administrator.dispose()


def test_a_database_of_ones_own_as_documented(outside: postgres.Server) -> None:
    """The roles of the deployment guide, made by an administrator; then an
    owner who is no superuser upgrades, and each login has its rights.
    """
    written = next(text for guide, text in blocks("sql") if guide == "deploy.md")
    administrator = sa.create_engine(
        outside.url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with administrator.connect() as connection:
        for statement in re.sub(r"--.*", "", written).replace("…", "pass").split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    administrator.dispose()
    address = f"127.0.0.1:{outside.port}/finops"
    given: dict[str, Any] = {
        name: f"postgresql://finops_{role}:pass@{address}"
        for name, role in (("database_url", "owner"), ("app_database_url", "app"), ("reader_database_url", "reader"))
    }
    upgrade.upgrade(engines.locate(Settings(_env_file=None, **given)))
    for settings in (Settings(_env_file=None, **given), Settings(_env_file=None, database_url=given["database_url"])):
        database = engines.connect(settings)
        with database.reader.connect() as reader:
            assert reader.scalar(sa.text("SELECT count(*) FROM reporting.daily_costs")) == 0
            assert reader.scalar(sa.text("SELECT current_user")) == "finops_reader"
        with database.app.connect() as application:
            assert application.scalar(sa.text("SELECT count(*) FROM finops.audit_log")) == 0
        with database.reader.connect() as reader, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            reader.execute(sa.text("SELECT count(*) FROM finops.audit_log"))
        database.dispose()
