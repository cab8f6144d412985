"""The reference pages, made from the code while the site is built (a hook of
mkdocs): what the code says is what is documented.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [
    str(folder) for folder in (ROOT, HERE) if str(folder) not in sys.path
]  # mkdocs is started from its own script

from house_picture import picture  # noqa: E402 - after the path that leads to it
from reference_settings import keys_of, organisation_page, settings_page  # noqa: E402 - after the path that leads to it
from reference_text import code, default_words, one_line, page, sentence, table  # noqa: E402 - after the path that leads to it

_NOT_EDITED = "<!-- Made from the code by docs/reference_pages.py. -->"


def on_files(files: Any, config: Any) -> Any:
    """Called by mkdocs: adds the pages to those in docs/."""
    from mkdocs.structure.files import File

    for name, text in pages().items():
        files.append(File.generated(config, f"reference/{name}", content=text))
    files.append(File.generated(config, "pictures/house.svg", content=picture()))
    return files


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    makers = {
        "settings.md": settings_page,
        "finops-yaml.md": organisation_page,
        "cli.md": commands_page,
        "playbooks.md": playbooks_page,
        "waste.md": waste_page,
        "views.md": views_page,
        "metrics.md": metrics_page,
        "flows.md": flows_page,
        "chart.md": chart_page,
        "api.md": api_page,
    }
    return {name: f"{_NOT_EDITED}\n{make()}" for name, make in makers.items()}


# ------------------------------------------------------------------ the command


def commands_page() -> str:
    """Every command with its arguments and options, from the command itself."""
    import typer

    from cli import app

    intro = "`--format json` writes JSON to stdout and nothing else there. Exit codes: 0 done, 1 failed, 2 wrong use."
    sections = [_command(path, command) for path, command in leaves("finops", typer.main.get_command(app))]
    return page("Command line", intro, *sections)


def leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, child in inner.items():
        yield from leaves(f"{path} {name}", child)


def _command(path: str, command: Any) -> str:
    rows = []
    words = [path]
    for parameter in command.params:
        argument = parameter.param_type_name == "argument"
        shown = (parameter.metavar or parameter.name.upper()) if argument else ", ".join(parameter.opts)
        if argument:
            words.append(shown)
        if parameter.name not in ("help", "format"):
            rows.append((f"`{shown}`", one_line(parameter.help, f"{path} {shown}"), default_words(parameter.default)))
    options = " [OPTIONS]" if any(parameter.param_type_name == "option" for parameter in command.params) else ""
    listed = table(("argument or option", "what for", "default"), rows) if rows else ""
    return f"## {path}\n\n{one_line(command.help, path)}\n\n```sh\n{' '.join(words)}{options}\n```\n\n{listed}"


# ------------------------------------------------------------------ playbooks, rules, views, flows


def playbooks_page() -> str:
    """The built-in playbooks, and the actions with the permissions that they need."""
    from playbooks.actions import ACTIONS
    from playbooks.schema import Playbook, read_playbooks

    intro = (
        "These come with the product. How to write one: [Writing a playbook](../playbooks.md). What one would do "
        "now: `finops playbooks plan NAME`."
    )
    rows = []
    for playbook in read_playbooks().values():
        steps = ", ".join(f"`{step.action}`" for step in playbook.steps) or "none"
        rows.append(
            (
                f"`{playbook.name}`",
                playbook.title,
                playbook.mode,
                f"`{playbook.trigger.kind}`",
                steps,
                _approval(playbook),
            )
        )
    actions = []
    for name, action in sorted(ACTIONS.items()):
        permissions = ", ".join(f"`{permission}`" for permission in action.permissions)
        actions.append((f"`{name}`", permissions))
    return page(
        "Built-in playbooks",
        intro,
        table(("playbook", "what it does", "mode", "trigger", "steps", "approval"), rows),
        "## Actions\n\n" + table(("action", "permissions it needs"), actions),
        "## Keys\n\nOf a playbook's file; `finops playbooks validate --schema` prints the JSON Schema for your editor.",
        *keys_of(Playbook, "###"),
    )


def _approval(playbook: Any) -> str:
    return f"{playbook.approval.count}, good for {playbook.approval.expires_hours} h"


def waste_page() -> str:
    """The rules of waste with where their thresholds come from."""
    rules = yaml.safe_load((ROOT / "analysis" / "waste" / "waste_rules.yaml").read_text(encoding="utf-8"))
    rows = [
        (
            f"`{rule['name']}`",
            f"`{rule['kind']}`",
            ", ".join(rule.get("resource_types", [])),
            rule["proposed"],
            rule.get("confidence", ""),
            rule["source"],
        )
        for rule in rules
    ]
    intro = "Of the rules that match a resource the first one wins. The file is `analysis/waste/waste_rules.yaml`."
    return page(
        "Waste rules",
        intro,
        table(("rule", "recommends", "resources", "proposes", "confidence", "where the threshold comes from"), rows),
    )


def views_page() -> str:
    """The reporting views and their columns, with their comments."""
    from db.reporting.charges_view import CHARGES
    from db.reporting.views import VIEWS

    intro = (
        "Schema `reporting`: what questions are answered from, and all that the role `finops_reader` can read. The "
        "comments are in the database too. "
        "*Narrowed* says which rows somebody sees whose view is limited to their teams."
    )
    sections = []
    for view in (*VIEWS, CHARGES):
        narrowed = "everybody sees all of it" if view.visible is None else f"`{view.visible}`"
        listed = table(
            ("column", "type", "what it is"),
            [(f"`{c.name}`", c.type, one_line(c.comment, c.name)) for c in view.columns],
        )
        sections.append(f"## {view.name}\n\n{one_line(view.comment, view.name)}. Narrowed: {narrowed}.\n\n{listed}")
    return page("Reporting views", intro, *sections)


def metrics_page() -> str:
    """Metrics and alerts."""
    from bot.api.ops import metrics

    rows = [
        (f"`{name}`", kind, ", ".join(f"`{label}`" for label in labels), one_line(says, name))
        for name, kind, labels, says in metrics.documented()
    ]
    groups = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    alerts = [
        (
            f"[{rule['alert']}](../runbook.md#{rule['alert'].lower()})",
            rule["labels"]["severity"],
            f"`{rule['expr']}`",
            rule["for"],
        )
        for group in groups
        for rule in group["rules"]
    ]
    return page(
        "Metrics and alerts",
        f"{sentence(metrics)} The bot's process adds those of Python and of the process itself.",
        table(("metric", "kind", "labels", "what it says"), rows),
        "## Alerts\n\n" + table(("alert", "severity", "fires when", "for"), alerts),
    )


def flows_page() -> str:
    """The flows and when they run."""
    from importlib import import_module

    from flows.deployments import FLOWS

    rows = []
    for module, name, schedules in FLOWS:
        crons = (
            "<br>".join(
                f"`{line.cron}`" + (f" {code(dict(line.parameters))}" if line.parameters else "") for line in schedules
            )
            or "when asked for"
        )
        rows.append((f"`{name}/{name}`", sentence(getattr(import_module(module), name), name), crons))
    return page(
        "Flows",
        "Served by `finops flows serve`; schedules are in UTC.",
        table(("deployment", "what it does", "schedule"), rows),
    )


def chart_page() -> str:
    """The values of the Helm chart."""
    schema = json.loads((ROOT / "deploy" / "helm" / "finops-bot" / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((ROOT / "deploy" / "helm" / "finops-bot" / "values.yaml").read_text(encoding="utf-8"))
    rows = [(f"`{name}`", one_line(says, name), default) for name, says, default in _values(schema, values, "")]
    return page(
        "Values of the Helm chart",
        "The chart is `deploy/helm/finops-bot`.",
        table(("value", "what for", "default"), rows),
    )


def _values(schema: dict[str, Any], values: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    for name, part in schema["properties"].items():
        value = values.get(name)
        if "properties" in part and isinstance(value, dict):
            yield from _values(part, value, f"{path}{name}.")
        else:
            yield f"{path}{name}", part.get("description", ""), default_words(value)


# ------------------------------------------------------------------ the API


def api_page() -> str:
    """The endpoints by tag."""
    by_tag: dict[str, list[tuple[str, str, str]]] = {}
    from bot.api.description import description

    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            row = (f"`{method.upper()}`", f"`{path}`", one_line(operation.get("summary"), path))
            by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(row)
    sections = [f"## {tag}\n\n" + table(("method", "path", "what it does"), rows) for tag, rows in by_tag.items()]
    return page(
        "Endpoints of the API",
        "How to call it: [API](../api.md). A running bot serves the whole OpenAPI description: `/api/v1/openapi.json`.",
        *sections,
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or pages():
        print(pages()[name])
