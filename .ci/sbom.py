"""Write the bill of materials of what is shipped, from the locks alone: `python .ci/sbom.py > sbom.json`.

CycloneDX 1.6 (cyclonedx.org/docs/1.6/json): every package of requirements.lock with its hashes, every package of the
page from web/package-lock.json. Nothing is installed or asked for, so that the same commit gives the same file.
"""

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ALGORITHMS = {"sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


def python_packages(lock: str) -> Iterator[dict[str, Any]]:
    """The components of a lock file of pip's form; of several files of a package each has its hash."""
    found = list(_PACKAGE.finditer(lock))
    for package, after in zip(found, [*found[1:], None], strict=True):
        name = re.sub(r"[-_.]+", "-", package[1]).lower()
        hashes = _HASH.findall(lock, package.end(), after.start() if after else len(lock))
        yield _component(name, package[2], f"pkg:pypi/{name}@{package[2]}", [("SHA-256", one) for one in hashes])


def page_packages(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The components that end up in the page: those for development are left out."""
    for place, package in sorted(lock["packages"].items()):
        if not place or package.get("dev") or "version" not in package:
            continue
        name = place.rpartition("node_modules/")[2]
        algorithm, _, digest = str(package.get("integrity", "")).partition("-")
        hashes = [(_ALGORITHMS[algorithm], base64.b64decode(digest).hex())] if algorithm in _ALGORITHMS else []
        yield _component(name, package["version"], f"pkg:npm/{quote(name, safe='/')}@{package['version']}", hashes)


def _component(name: str, version: str, purl: str, hashes: list[tuple[str, str]]) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    if hashes:
        component["hashes"] = [{"alg": algorithm, "content": digest} for algorithm, digest in hashes]
    return component


def bill_of_materials(root: Path) -> dict[str, Any]:
    """The document of a checkout."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    components = {
        component["bom-ref"]: component
        for component in (
            *python_packages((root / "requirements.lock").read_text(encoding="utf-8")),
            *page_packages(json.loads((root / "web" / "package-lock.json").read_text(encoding="utf-8"))),
        )
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": project["name"], "version": project["version"]}},
        "components": list(components.values()),
    }


if __name__ == "__main__":
    json.dump(bill_of_materials(ROOT), sys.stdout, indent=1)
    print()
