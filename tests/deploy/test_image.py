"""The image holds what runs and nothing else: its files against the tree, and
the wheel that is installed into it against both.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO_ONLY = {"demo"}
CANARY = "SLACK_BOT_TOKEN=xoxb-canary-in-the-image"
PLANTED = (
    ".env",
    "bot/.env",
    "db/server.key",
    "flows/id.pem",
    "playbooks/.env.local",
    ".finops/postgres/passwords.json",
)


def dockerfile() -> list[str]:
    """The Dockerfile's instructions, continued lines joined, without comments."""
    text = "\n".join(line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#"))
    return [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line]


def copied() -> list[str]:
    """What is copied from the tree."""
    return [
        name for line in dockerfile() if line.startswith("COPY") and "--from" not in line for name in line.split()[1:-1]
    ]


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def rooms() -> set[str]:
    """The packages and modules that pyproject.toml names, without the demo."""
    setuptools = project()["tool"]["setuptools"]  # type: ignore[index]  # the file has the table
    packages = {pattern.removesuffix("*") for pattern in setuptools["packages"]["find"]["include"]}
    return (packages | {f"{name}.py" for name in setuptools["py-modules"]}) - DEMO_ONLY


def files_under(*names: str) -> list[str]:
    """The files of the tree under these names that are no work product, whether or not it is a checkout."""
    found = [
        path
        for name in names
        for path in ([ROOT / name] if (ROOT / name).is_file() else sorted((ROOT / name).rglob("*")))
    ]
    made = {"__pycache__", "node_modules"}
    return [path.relative_to(ROOT).as_posix() for path in found if path.is_file() and not made & set(path.parts)]


def test_every_room_is_copied() -> None:
    """A new package or module that the Dockerfile forgets would be missed at the image's start only."""
    assert set(copied()) == rooms() | {"web", "requirements.lock", "pyproject.toml", "README.md", "LICENSE"}


def test_the_builder_is_sent_only_what_is_copied() -> None:
    """Everything is ignored but the copied files, so that no .env, state or history can end in a layer."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert [line.removeprefix("!") for line in lines if line.startswith("!")] == copied()


def test_runs_as_nobody_in_particular() -> None:
    """A numeric user, so that Kubernetes can check it; no secret among the
    variables; only the home and /tmp are written.
    """
    lines = dockerfile()
    last = [line for line in lines if line.startswith("USER")][-1]
    assert int(last.split()[1]) >= 10_000
    assert lines.index(last) < lines.index('ENTRYPOINT ["finops"]')
    variables = " ".join(line for line in lines if line.startswith(("ENV", "ARG")))
    assert not re.search(r"TOKEN|SECRET|PASSWORD|KEY", variables)
    assert any(line.startswith("HEALTHCHECK") and "/healthz" in line for line in lines)


def test_the_lock_is_installed_without_resolving() -> None:
    """As pip needs it in hash mode: the same flags as `make setup` uses."""
    install = next(line for line in dockerfile() if "-r requirements.lock" in line)
    assert {"--no-deps", "--require-hashes"} <= set(install.split())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from exactly the files that the Dockerfile copies."""
    folder = tmp_path_factory.mktemp("image")
    for name in PLANTED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(CANARY)
    for name in files_under(*copied()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "-w",
        str(folder / "wheel"),
        ".",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and (
        "No matching distribution found for setuptools" in done.stderr or "No module named pip" in done.stderr
    ):
        pytest.skip("the build backend cannot be fetched here")
    assert done.returncode == 0, done.stderr
    return next((folder / "wheel").glob("*.whl"))


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    """Code and what it reads at runtime: playbooks, rules, the catalogue, migrations."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == {name for name in files_under(*rooms()) if not name.endswith((".md", ".toml"))}


def test_no_secret_ends_in_the_image(wheel: Path) -> None:
    """Secrets lie about where people leave them, past .dockerignore even: what is installed holds none."""
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if CANARY.encode() in archive.read(name)] == []


def test_what_is_installed_runs(wheel: Path, tmp_path: Path, finops_home: Path) -> None:
    """Away from the tree: every module imports, playbooks are found, and the embedded database migrates."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path / "site"),
        "FINOPS_HOME": str(finops_home),
        "FINOPS_CONFIG": os.devnull,
        "MPLCONFIGDIR": str(tmp_path),
        "PREFECT_HOME": str(tmp_path),
    }

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    modules = sorted(
        path.relative_to(tmp_path / "site").with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for path in (tmp_path / "site").rglob("*.py")
        if "migrations" not in path.parts
    )
    loaded = json.loads(
        python(
            "-c",
            f"import importlib, json, sys; names = {modules!r}; print(json.dumps([importlib.import_module(n).__file__ "
            "for n in names]))",
        )
    )
    assert all(file is None or file.startswith(str(tmp_path / "site")) for file in loaded)
    assert "ec2-stop-idle" in python("-m", "cli", "playbooks", "list")
    assert "revision" in python("-m", "cli", "db", "upgrade")
