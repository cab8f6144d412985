"""The page knows the API as it is, and writes figures as everything else does."""

import hashlib
import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.wording import formatting
from bot.api.description import as_text
from tests.web.builders import WEB, node

CASES = json.loads((WEB / "src" / "format-cases.json").read_text(encoding="utf-8"))


def test_the_types_are_of_this_api() -> None:
    """After a change of the API `make web-types` writes them anew."""
    known = (WEB / "src" / "api" / "schema.sha256").read_text().strip()
    assert hashlib.sha256(as_text().encode()).hexdigest() == known, "the API has changed: run make web-types"


def test_the_types_are_what_the_generator_writes(tmp_path: Path) -> None:
    """Nobody has changed them by hand."""
    folder = node()
    if folder is None or not (WEB / "node_modules" / ".installed").exists():
        pytest.skip("there is no Node 20.19 or newer with the page's packages (make web brings both)")
    described, written = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    described.write_text(as_text(), encoding="utf-8")
    command = [f"{folder}/npm", "exec", "--", "openapi-typescript", str(described), "-o", str(written)]
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=WEB, env=environment, check=True, capture_output=True)
    assert written.read_text() == (WEB / "src" / "api" / "schema.d.ts").read_text()


def test_figures_are_written_alike() -> None:
    """The same cases hold the page's formatter (web/src/format.test.ts)."""
    for value, currency, text in CASES["money"]:
        assert formatting.money(Decimal(str(value)), currency) == text
    for value, currency, text in CASES["exact"]:
        assert formatting.exact(value, currency) == text
    for value, text in CASES["percent"]:
        assert formatting.percent(value) == text


def test_the_lock_names_packages_by_digest_and_no_address() -> None:
    """Where packages are fetched from is the machine's business."""
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    own = {name: package for name, package in packages.items() if name}
    assert len(own) > 100
    assert [name for name, package in own.items() if "resolved" in package] == []
    assert [name for name, package in own.items() if "integrity" not in package] == []
