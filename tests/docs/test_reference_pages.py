"""The reference pages name everything that the code has; something without its sentence fails the build."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer
import yaml

from bot.api.description import description
from bot.api.ops import metrics
from cli import app
from config.organisation import Organisation
from config.settings import Settings
from db.reporting.views import VIEWS
from flows.deployments import FLOWS
from playbooks.actions import ACTIONS
from playbooks.schema import Playbook, read_playbooks

ROOT = Path(__file__).resolve().parents[2]


def load() -> ModuleType:
    """The hook of mkdocs; docs/ is no package."""
    spec = importlib.util.spec_from_file_location("reference_pages", ROOT / "docs" / "reference_pages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = load()
TEXT, SETTINGS = sys.modules["reference_text"], sys.modules["reference_settings"]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    made: dict[str, str] = REFERENCE.pages()
    return made


def test_every_page_is_in_the_navigation(pages: dict[str, str]) -> None:
    """What is made is shown."""
    navigation = (ROOT / "mkdocs.yml").read_text()
    assert [name for name in pages if f"reference/{name}" not in navigation] == []


def test_settings(pages: dict[str, str]) -> None:
    """Every variable with its description."""
    for name, item in Settings.model_fields.items():
        assert f"`{item.validation_alias or f'FINOPS_{name}'.upper()}` | {item.description}" in pages["settings.md"]


def test_defaults_hold_no_secret(pages: dict[str, str]) -> None:
    """The page is the same on every machine: nothing of the environment in which it is built."""
    secrets = [line for line in pages["settings.md"].splitlines() if line.rstrip().endswith("| yes |")]
    assert len(secrets) >= 6
    assert all("|  | text | yes |" in line for line in secrets)


def test_keys_of_finops_yaml(pages: dict[str, str]) -> None:
    """Every key of every model."""
    text = pages["finops-yaml.md"]
    models = SETTINGS.models_of(Organisation)
    assert len(models) > 10
    for model in models:
        section = text.split(f"\n## {model.__name__}\n")[1].split("\n## ")[0]
        assert all(f"| `{name}` |" in section for name in model.model_fields)


def test_keys_of_playbooks(pages: dict[str, str]) -> None:
    """Every key of a playbook's file."""
    for model in SETTINGS.models_of(Playbook):
        section = pages["playbooks.md"].split(f"\n### {model.__name__}\n")[1].split("\n### ")[0]
        assert all(f"| `{name}` |" in section for name in model.model_fields)


def test_commands(pages: dict[str, str]) -> None:
    """Every command of the program, with its options."""
    for path, command in REFERENCE.leaves("finops", typer.main.get_command(app)):
        section = pages["cli.md"].split(f"\n## {path}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name not in ("help", "format"):
                assert f"`{', '.join(parameter.opts)}`" in section


def test_playbooks_views_flows_metrics_rules(pages: dict[str, str]) -> None:
    """Each by its name."""
    assert all(f"`{name}`" in pages["playbooks.md"] for name in (*read_playbooks(), *ACTIONS))
    assert all(f"\n## {view.name}\n" in pages["views.md"] for view in VIEWS)
    assert all(f"| `{column.name}` |" in pages["views.md"] for view in VIEWS for column in view.columns)
    assert all(f"`{name}/{name}`" in pages["flows.md"] for _, name, _ in FLOWS)
    assert all(f"| `{name}` |" in pages["metrics.md"] for name, *_ in metrics.documented())
    rules = yaml.safe_load((ROOT / "analysis" / "waste" / "waste_rules.yaml").read_text())
    assert all(f"| `{rule['name']}` |" in pages["waste.md"] for rule in rules)


def test_endpoints(pages: dict[str, str]) -> None:
    """Every operation of the API's own description."""
    for path, methods in description()["paths"].items():
        for method in methods:
            assert f"| `{method.upper()}` | `{path}` |" in pages["api.md"]


def test_what_has_no_description_fails() -> None:
    """The build stops, and says what it is that nobody described."""
    with pytest.raises(TEXT.UndocumentedError, match="FINOPS_NEW has no description"):
        TEXT.one_line(None, "FINOPS_NEW")


def test_tables_survive_any_text() -> None:
    """A bar in a description does not break the table."""
    assert TEXT.table(("a",), [("x | y",)]).endswith("| x \\| y |")
