"""Playbooks as files: a mistake is named with file and line."""

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from config.errors import UserError
from playbooks import schema
from playbooks.schema import BUILT_IN, Playbook, mistakes, read_playbook, read_playbooks

GOOD = """name: stop-things
title: Stop things
trigger: {kind: stop_idle}
mode: approve
guards:
  maximum_resources: 3
steps:
  - {action: ec2.stop}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("maximum_resources: 3", "maximum_resources: many", 6, "guards.maximum_resources"),
        ("maximum_resources: 3", "maximum_resource: 3", 6, "unknown key"),
        ("mode: approve", "mode: maybe", 4, "mode"),
        ("{action: ec2.stop}", "{action: ec2.terminate}", 8, "unknown action 'ec2.terminate'; known: "),
        ("{action: ec2.stop}", "{action: ec2.stop, parameters: {force: true}}", 8, "unknown parameter force"),
        ("{action: ec2.stop}", "{action: ec2.resize, parameters: {instance_type: 7}}", 8, "instance_type"),
        ("mode: approve", "mode: auto\nmode: approve", 5, "mode is given twice"),
        ("{kind: stop_idle}", "{kind: stop_idle, filters: {colour: red}}", 3, "unknown filter colour"),
        ("mode: approve", "preconditions: [{field: state}]", 4, "exactly one of equals, one_of, absent"),
        ("mode: approve", "mode: [approve", 5, "not valid YAML"),
        ("  - {action: ec2.stop}", "  []", 1, "steps: at least one"),
        ("  maximum_resources: 3", "  windows: [{timezone: Moon/Base}]", 6, "there is no time zone 'Moon/Base'"),
        (
            "  maximum_resources: 3",
            '  windows: [{start: "22:00", end: "06:00"}]',
            6,
            "for a window over midnight write two",
        ),
        (
            "  maximum_resources: 3",
            "  freezes: [{start: 2026-12-24, end: 2026-12-20, reason: holidays}]",
            6,
            "end must not be before start",
        ),
        (
            "mode: approve",
            "verify: [{field: state, absent: true, equals: x}]",
            4,
            "exactly one of equals, one_of, absent",
        ),
        ("mode: approve", "mode: auto", 1, "only for actions that can be undone"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    """And with what would be right."""
    text = GOOD.replace(old, new)
    path = written(
        tmp_path,
        text.replace("ec2.stop}", "ec2.stop, undo: false}") if "mode: auto" in new and "approve" not in new else text,
    )
    with pytest.raises(UserError) as raised:
        read_playbook(path)
    assert str(raised.value).startswith(f"{path}:{line}:")
    assert says in str(raised.value)


@pytest.mark.parametrize("action", ["address.release", "lambda.delete_old_versions"])
def test_auto_is_only_for_what_can_be_undone(tmp_path: Path, action: str) -> None:
    """The file is refused, not the run."""
    path = written(tmp_path, GOOD.replace("approve", "auto").replace("ec2.stop", action))
    with pytest.raises(UserError, match="only for actions that can be undone"):
        read_playbook(path)


def test_the_default_mode_changes_nothing(tmp_path: Path) -> None:
    """Without a mode a playbook notifies."""
    assert read_playbook(written(tmp_path, GOOD.replace("mode: approve\n", ""))).mode == "notify"


def test_two_playbooks_of_one_name_are_refused(tmp_path: Path) -> None:
    """Which of them was approved would be a guess."""
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(UserError, match="a second playbook is named 'stop-things'"):
        read_playbooks(tmp_path)


def test_the_built_in_playbooks_are_right_and_what_destroys_is_typed() -> None:
    """Each file bears its playbook's name."""
    books = read_playbooks()
    assert set(books) == {path.stem for path in BUILT_IN.glob("*.yaml")}
    typed = {name for name, book in books.items() if book.typed_confirmation()}
    assert typed == {"address-release", "ebs-delete-unattached", "lambda-delete-old-versions", "lambda-delete-unused"}
    assert all(book.mode == "approve" for name, book in books.items() if name in typed)


def test_any_edit_changes_the_digest() -> None:
    """The digest binds an approval to the playbook."""
    book = read_playbooks()["ec2-stop-idle"]
    edits: list[dict[str, Any]] = [
        {"title": "x"},
        {"mode": "auto"},
        {"guards": book.guards.model_copy(update={"require_tags": ()})},
    ]
    assert len({book.digest(), *(book.model_copy(update=edit).digest() for edit in edits)}) == 4


def test_editors_get_a_json_schema() -> None:
    """With the enumerations that completion needs."""
    schema = Playbook.model_json_schema()
    assert schema["properties"]["mode"]["enum"] == ["notify", "approve", "auto"]
    assert schema["additionalProperties"] is False


def test_playbooks_of_your_own_come_beside_the_built_in_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the same name takes the built-in one's place; a folder that is not there is said."""
    written(tmp_path, GOOD)
    (tmp_path / "stop.yaml").write_text(GOOD.replace("stop-things", "ec2-stop-idle"), encoding="utf-8")
    monkeypatch.setenv("FINOPS_PLAYBOOKS", str(tmp_path))
    found = read_playbooks()
    assert set(found) == {*read_playbooks(BUILT_IN), "stop-things"}
    assert found["ec2-stop-idle"].title == "Stop things"
    monkeypatch.setenv("FINOPS_PLAYBOOKS", str(tmp_path / "none"))
    with pytest.raises(UserError, match="There is no folder"):
        read_playbooks()


def depth(levels: int) -> str:
    return GOOD + "preconditions: " + "[" * levels + "]" * levels


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise("abcdefghi")
)
WRONG = {
    "typo": GOOD.replace("mode: approve", "mode: maybe"),
    "laughs": LAUGHS,
    "recursive": GOOD + "preconditions: &p [*p]\n",
    "deep": depth(900),
    "large": GOOD + "#" * 70_000,
    "day": GOOD + "guards: {freezes: [{start: 2026-02-30, end: 2026-03-01, reason: x}]}\n",
    "number": GOOD.replace("steps:", f"x: {'9' * 5000}\nsteps:"),
    "wide": GOOD + "headline: 'Stop {count:>999999999}'\n",
    "attribute": GOOD + "headline: 'Stop {count.__class__}'\n",
    "torn": GOOD[:-30] + '"',
    "control": GOOD + "\x00",
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own with a good playbook in it."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "good.yaml").write_text(GOOD.replace("stop-things", "good-things"), encoding="utf-8")
    monkeypatch.setenv("FINOPS_PLAYBOOKS", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_file_disables_itself_only(name: str, own: Path) -> None:
    """It is named with its reason, and the other files and the built-in playbooks are used."""
    (own / f"{name}.yaml").write_text(WRONG[name], encoding="utf-8")
    assert set(read_playbooks()) == {*read_playbooks(BUILT_IN), "good-things"}
    [mistake] = mistakes()
    assert f"{name}.yaml:" in mistake
    assert len(mistake) < 1000
    with pytest.raises(UserError, match=f"{name}.yaml"):
        read_playbooks(own)


def unusual(own: Path, kind: str) -> None:
    """Put something into the folder that is no plain file of it."""
    path, secret = own / "odd.yaml", own.parent / "secret"
    secret.write_text("root:x:hunter2", encoding="utf-8")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "latin":
        path.write_bytes("name: café".encode("latin-1"))
    else:
        target = {"outside": secret, "device": Path("/dev/zero"), "dangling": own / "none", "itself": path}[kind]
        path.symlink_to(target)


@pytest.mark.parametrize("kind", ["pipe", "folder", "latin", "outside", "device", "dangling", "itself"])
def test_only_plain_files_of_the_folder_are_read(kind: str, own: Path) -> None:
    """A pipe is not waited for, a device not read, and nothing of a file elsewhere is shown."""
    unusual(own, kind)
    assert set(read_playbooks()) == {*read_playbooks(BUILT_IN), "good-things"}
    [mistake] = mistakes()
    assert mistake.startswith(f"{own / 'odd.yaml'}:")
    assert "hunter2" not in mistake


def test_links_within_the_folder_are_followed(own: Path) -> None:
    """As Kubernetes mounts files of a ConfigMap; an editor's lock beside a file is passed over."""
    (own / "..data").mkdir()
    (own / "..data" / "real").write_text(GOOD, encoding="utf-8")
    (own / "stop.yaml").symlink_to(Path("..data") / "real")
    (own / ".#stop.yaml").symlink_to("maya@machine.4711")
    assert {"stop-things", "good-things"} <= set(read_playbooks())
    assert mistakes() == ()


@pytest.mark.parametrize("file", ["anything.yaml", "ec2-stop-idle.yaml"])
def test_a_broken_file_does_not_bring_back_what_it_replaces(file: str, own: Path) -> None:
    """Yours may have stricter guards than the built-in one: neither is used until it is mended."""
    text = GOOD.replace("stop-things", "ec2-stop-idle") if file == "anything.yaml" else GOOD
    (own / file).write_text(text + "unknown: key\n", encoding="utf-8")
    assert set(read_playbooks()) == {*read_playbooks(BUILT_IN), "good-things"} - {"ec2-stop-idle"}
    (own / file).write_text(text, encoding="utf-8")
    os.utime(own / file, ns=(1, 1))
    assert "ec2-stop-idle" in read_playbooks()


def test_of_two_playbooks_of_one_name_neither_is_used(own: Path) -> None:
    """Nor is the built-in one; which of them was meant would be a guess."""
    for name in ("one.yaml", "two.yaml"):
        (own / name).write_text(GOOD.replace("stop-things", "ec2-stop-idle"), encoding="utf-8")
    assert set(read_playbooks()) == {*read_playbooks(BUILT_IN), "good-things"} - {"ec2-stop-idle"}
    assert len(mistakes()) == 2


def test_a_folder_of_too_many_files_is_read_to_a_limit(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so."""
    monkeypatch.setattr(schema, "MOST_FILES", 1)
    (own / "zero.yaml").write_text(GOOD, encoding="utf-8")
    assert "stop-things" not in read_playbooks()
    assert "2 files" in mistakes()[0]


def test_what_is_not_used_is_named_by_the_commands(own: Path) -> None:
    """Listing goes on without it and says so beside; validating fails."""
    (own / "typo.yaml").write_text(WRONG["typo"], encoding="utf-8")
    listed = CliRunner().invoke(app, ["playbooks", "list", "--format", "json"])
    assert listed.exit_code == 0
    assert "good-things" in {book["name"] for book in json.loads(listed.stdout)}
    assert "not used:" in listed.stderr
    assert "typo.yaml:" in listed.stderr
    validated = CliRunner().invoke(app, ["playbooks", "validate"])
    assert isinstance(validated.exception, UserError)
    assert "typo.yaml:" in str(validated.exception)
