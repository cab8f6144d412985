"""The bill of materials names every package of the locks, with its hashes."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def _written() -> dict[str, Any]:
    done = subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py"], capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_locked_package_is_in_it_with_its_hashes() -> None:
    """Python's and the page's; tools of development are not shipped."""
    found = _written()
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    components = {component["purl"]: component for component in found["components"]}
    assert len(components) == len(found["components"])
    lock = (ROOT / "requirements.lock").read_text()
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==(\S+)", lock, re.M):
        assert components[f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"]["hashes"]
    page = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    react, tool = page["node_modules/react"]["version"], page["node_modules/vite"]["version"]
    assert components[f"pkg:npm/react@{react}"]["hashes"][0]["alg"] == "SHA-512"
    assert f"pkg:npm/vite@{tool}" not in components


def test_a_commit_has_one() -> None:
    """The same file every time: no clock, no random number."""
    assert _written() == _written()
