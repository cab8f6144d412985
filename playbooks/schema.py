"""What a playbook may say; a mistake is named with file and line."""

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from config.access import Role
from config.errors import UserError
from config.files.plain_file import read_plain
from config.files.yaml_file import Strict, Texts, read_model
from config.settings import own_playbooks
from playbooks.actions import ACTIONS
from playbooks.guards import Guards
from playbooks.recurring.timetable import Recurring

log = logging.getLogger(__name__)

FILTERS = (
    "team",
    "account",
    "account_id",
    "environment",
    "application",
    "region",
    "service",
    "provider",
    "resource_type",
    "instance_type",
)
LARGEST, MOST_FILES = 64_000, 200  # bytes of a file, files of a folder
_NAME = re.compile(r"^name: *[\"']?([a-z][a-z0-9-]{2,60})", re.MULTILINE)
BUILT_IN = Path(__file__).parent / "catalog"


class Trigger(Strict):
    """Which insights or recommendations the playbook answers."""

    kind: str = Field(description="Kind of recommendation or insight: stop_idle, rightsize, delete_volume, budget …")
    filters: dict[str, Texts] = Field(
        default_factory=dict,
        description=f"Field -> accepted values; fields: {', '.join(FILTERS)}, and tag:KEY for a tag",
    )

    @model_validator(mode="after")
    def _filters_exist(self) -> "Trigger":
        unknown = [field for field in self.filters if field not in FILTERS and not field.startswith("tag:")]
        if unknown:
            raise ValueError(f"unknown filter {', '.join(unknown)}; known: {', '.join(FILTERS)}, tag:KEY")
        return self


class Approval(Strict):
    """Who must say yes."""

    count: int = Field(1, ge=1, le=5, description="How many people")
    roles: tuple[Role, ...] = Field((Role.APPROVER,), description="Who may: people with one of these roles")
    not_requester: bool = Field(True, description="Whoever asked for it does not count")
    expires_hours: float = Field(
        24, gt=0, le=24 * 30, description="How long a proposal is open, and how long an approval is good"
    )
    typed_confirmation: bool = Field(False, description="The approver types the number of resources")


class Condition(Strict):
    """A fact about the live resource."""

    field: str = Field(description="Field of the live resource")
    equals: Any = Field(None, description="It has this value")
    one_of: tuple[Any, ...] = Field((), description="It has one of these values")
    absent: bool = Field(False, description="It has none")

    @model_validator(mode="after")
    def _says_what(self) -> "Condition":
        if sum((self.equals is not None, bool(self.one_of), self.absent)) != 1:
            raise ValueError("say exactly one of equals, one_of, absent: true")
        return self


class PlaybookStep(Strict):
    """One action on each resource."""

    action: str = Field(description="Name of the action")
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Its parameters; `$name` takes what the recommendation proposes"
    )
    grace_seconds: float = Field(0, ge=0, le=3600, description="Pause before the step")
    undo: bool = Field(True, description="false: Undo and roll back leave this step as it is")

    @model_validator(mode="after")
    def _action_exists(self) -> "PlaybookStep":
        action = ACTIONS.get(self.action)
        if action is None:
            raise ValueError(f"unknown action {self.action!r}; known: {', '.join(sorted(ACTIONS))}")
        _check_parameters(action.parameters, self.parameters)
        return self


class Escalation(Strict):
    """Whom a playbook in mode notify tells, and when."""

    channel: str = Field("", description="Slack channel; empty: the admin channels")
    after_hours: float = Field(4, ge=0, description="Only what nobody has taken up for so long")


class Savings(Strict):
    """How the saving is verified."""

    window_days: int = Field(14, ge=1, le=90, description="Days after the change in which the bill is looked at")
    tracked: bool = Field(
        True, description="false: no entry in the ledger, as for schedules, which stop and start again"
    )


class Playbook(Strict):
    """What is done about a kind of waste, by whom it is approved and how it is undone."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{2,60}$", description="Name, as in `finops playbooks plan NAME`")
    title: str = Field(max_length=120, description="First line of the card")
    headline: str = Field(
        "",
        max_length=120,
        description="First line of the card: Stop {count} idle instance{s}; empty: the title and the count",
    )
    description: str = Field("", description="A sentence for people")
    trigger: Trigger = Field(description="What it answers")
    mode: Literal["notify", "approve", "auto"] = Field(
        "notify", description="notify only tells, approve proposes, auto runs by itself once it has earned it"
    )
    guards: Guards = Field(Guards(), description="What keeps a resource from being touched")
    approval: Approval = Field(Approval(), description="Who must say yes")
    preconditions: tuple[Condition, ...] = Field(
        (), description="Hold when planning, before the run, and before each resource's first step"
    )
    steps: tuple[PlaybookStep, ...] = Field((), description="None where the playbook only tells")
    verify: tuple[Condition, ...] = Field(
        (), description="Hold after a resource's last step, besides what each action checks itself"
    )
    escalation: Escalation | None = Field(None, description="Whom it tells, in mode notify")
    recurring: Recurring | None = Field(None, description="It proposes itself again and again, within caps")
    roll_back_on_failure: bool = Field(False, description="Undo the run's own steps, last first, when one fails")
    savings: Savings = Field(Savings(), description="How the saving is verified")

    @model_validator(mode="after")
    def _steps_exist(self) -> "Playbook":
        if not _plain_headline(self.headline):
            raise ValueError("headline: only {count} and {s} may stand in braces")
        if not self.steps and not (self.mode == "notify" and self.escalation):
            raise ValueError("steps: at least one, or mode notify with an escalation")
        if self.recurring and (not self.steps or self.mode == "auto"):
            raise ValueError("recurring: needs steps, and mode approve (people approve each run) or notify")
        for step in self.steps:
            action = ACTIONS[step.action]
            if self.recurring and self.recurring.snapshot and action.destroys and not action.reversible:
                raise ValueError(f"recurring: {step.action} saves nothing before it deletes; snapshot: false allows it")
            if self.mode == "auto" and not (action.reversible and step.undo):
                raise ValueError(f"mode auto is only for actions that can be undone; {step.action} cannot")
        return self

    def typed_confirmation(self) -> bool:
        """Whether the approver types the number of resources: where the
        playbook says so, and wherever something is destroyed.
        """
        return self.approval.typed_confirmation or any(ACTIONS[step.action].destroys for step in self.steps)

    def digest(self) -> str:
        """The SHA-256 of the playbook's content: it changes when anything in the playbook does."""
        content = self.model_dump(mode="json")
        if self.recurring is None:  # as before there were any: what was proposed or earned stays good
            del content["recurring"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain_headline(text: str) -> bool:
    """Whether only {count} and {s} stand in braces, without a width that could be a thousand million."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return False
    return all(field in (None, "count", "s") and not spec and not change for _, field, spec, change in parts)


def _check_parameters(model: type[BaseModel], parameters: dict[str, Any]) -> None:
    """Parameters are known and, where none is a reference to what is proposed for the resource (`$name`), valid."""
    unknown = sorted(set(parameters) - set(model.model_fields))
    if unknown:
        raise ValueError(f"unknown parameter {', '.join(unknown)}; known: {', '.join(model.model_fields) or 'none'}")
    if not any(isinstance(value, str) and value.startswith("$") for value in parameters.values()):
        try:
            model.model_validate(parameters)
        except ValidationError as error:
            raise ValueError(
                "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            ) from error


def read_playbook(path: Path) -> Playbook:
    """One playbook file; raises `UserError` that names file, line and fix."""
    return read_model(path, read_plain(path.parent, path.name, LARGEST), Playbook)


@dataclass(frozen=True)
class Folder:
    """What a folder holds: the playbooks that are right by name, a mistake for each file that is not used, and the
    names that such files may have meant.
    """

    playbooks: dict[str, Playbook]
    mistakes: tuple[str, ...] = ()
    disabled: frozenset[str] = frozenset()


@lru_cache(maxsize=4)
def _read_folder(folder: Path, stamp: tuple[tuple[str, int], ...]) -> Folder:
    files: dict[str, Playbook] = {}
    mistakes: list[str] = []
    disabled: set[str] = set()
    for name, _ in stamp[:MOST_FILES]:
        text = ""
        try:
            text = read_plain(folder, name, LARGEST)
            files[name] = read_model(folder / name, text, Playbook)
        except UserError as error:
            mistakes.append(str(error))
            disabled |= {Path(name).stem, *_NAME.findall(text)}
    if len(stamp) > MOST_FILES:
        mistakes.append(f"{folder}: it holds {len(stamp)} files; the first {MOST_FILES} are read. Remove some.")
    counts = Counter(playbook.name for playbook in files.values())
    for name, playbook in files.items():
        if counts[playbook.name] > 1:
            mistakes.append(f"{folder / name}:1: a second playbook is named {playbook.name!r}; rename one.")
            disabled.add(playbook.name)
    right = {playbook.name: playbook for playbook in files.values() if counts[playbook.name] == 1}
    for mistake in mistakes:
        log.warning("a playbook is not used: %s", mistake)
    return Folder(right, tuple(mistakes), frozenset(disabled))


def chosen(names: Sequence[str] | None) -> list[Playbook]:
    """The named playbooks, or all; raises `UserError` for a name that there is not."""
    playbooks = read_playbooks()
    if unknown := [name for name in names or () if name not in playbooks]:
        raise UserError(
            f"There is no playbook {', '.join(map(repr, unknown))}; there are: {', '.join(sorted(playbooks))}."
        )
    return [playbook for name, playbook in playbooks.items() if not names or name in names]


def read_playbooks(folder: Path | None = None) -> dict[str, Playbook]:
    """All playbooks by name: those of a folder, else the built-in ones with those
    of FINOPS_PLAYBOOKS, of which one of the same name replaces a built-in one.

    A file of FINOPS_PLAYBOOKS with a mistake is not used, and neither is the built-in playbook whose place it may have
    meant to take; `mistakes` names it, and everything else goes on. Raises `UserError` for a folder that is not there,
    and for a mistake in a folder that is asked for.
    """
    if folder is not None:
        contents = _read(folder)
        if contents.mistakes:
            raise UserError("\n".join(contents.mistakes))
        return contents.playbooks
    own = own_playbooks()
    if own is None:
        return read_playbooks(BUILT_IN)
    contents = _read(own)
    both = {**read_playbooks(BUILT_IN), **contents.playbooks}
    removed = contents.disabled - set(contents.playbooks)
    return {name: playbook for name, playbook in both.items() if name not in removed}


def mistakes() -> tuple[str, ...]:
    """What is wrong with files of FINOPS_PLAYBOOKS, which are not used for it."""
    own = own_playbooks()
    return _read(own).mistakes if own else ()


def _read(folder: Path) -> Folder:
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder} of playbooks.")
    names = sorted(path.name for path in folder.glob("*.yaml") if not path.name.startswith("."))  # editors' locks
    return _read_folder(folder, tuple((name, _changed(folder / name)) for name in names))


def _changed(path: Path) -> int:
    """When a file was last changed; 0 where it cannot be said."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
