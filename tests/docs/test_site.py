"""The site builds strictly, and a reader's browser fetches nothing from
elsewhere; every alert's runbook section is really there.
"""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "NO_MKDOCS_2_WARNING": "1",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder / "site")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


class _Page(HTMLParser):
    """What a page loads, where it links to, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.anchors.add(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        loaded = given.get("src") if tag in ("script", "img", "iframe", "source") else None
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preconnect", "preload"):
            loaded = given.get("href")
        if loaded:
            self.loads.append(loaded)


@pytest.fixture(scope="module")
def html(site: Path) -> dict[Path, _Page]:
    return {path: _Page(path.read_text()) for path in site.rglob("*.html")}


def test_nothing_is_fetched_from_elsewhere(html: dict[Path, _Page]) -> None:
    """Scripts, styles, fonts and pictures are the site's own."""
    assert [
        (path.name, address) for path, page in html.items() for address in page.loads if urlsplit(address).netloc
    ] == []


def test_every_link_and_picture_leads_somewhere(html: dict[Path, _Page]) -> None:
    """Pages, anchors and files, in the pages from the code too."""
    broken = []
    for path, page in html.items():
        if path.name == "404.html":
            continue
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link in ("", "."):
                continue
            target = (path.parent / parts.path).resolve() if parts.path else path
            if not target.exists() or (
                parts.fragment and target in html and parts.fragment not in html[target].anchors
            ):
                broken.append((path.name, link))
    assert broken == []


def test_every_alert_has_its_section(site: Path, html: dict[Path, _Page]) -> None:
    """Under the anchor that the alert itself names; and no section is left of an alert that is gone."""
    groups = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())["groups"]
    named = {rule["annotations"]["runbook"]: rule["alert"] for group in groups for rule in group["rules"]}
    anchors = html[site / "runbook.html"].anchors
    for address, alert in named.items():
        path, _, anchor = address.partition("#")
        assert (ROOT / path).exists()
        assert anchor == alert.lower()
        assert anchor in anchors
    assert {anchor for anchor in anchors if anchor.startswith("finops")} == {alert.lower() for alert in named.values()}


def test_every_guide_is_short_enough_to_be_read() -> None:
    """A page that one has to scroll through for minutes is not read when it is needed."""
    for path in (ROOT / "docs").glob("*.md"):
        words = len(re.findall(r"\w+", path.read_text()))
        assert words < 2_500, f"{path.name} has {words} words"
