"""The web page as files: what is served, under which rules, and what is said where it is not built."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.api import page
from bot.api.http.middleware import Edge


def browser(folder: Path) -> TestClient:
    """An application with nothing but the page of a folder."""
    app = FastAPI()
    app.add_middleware(Edge)
    page.install(app, folder)
    return TestClient(app)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small build."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="__NONCE__"><div id="root"></div>')
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "assets" / "index-abc.js").write_text("x" * 5_000)
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/explore?by=team",
        "/ask",
        "/anomalies",
        "/anomalies/7",
        "/savings",
        "/approvals",
        "/approvals/7",
        "/budgets",
        "/budgets/a%20budget",
        "/showback",
        "/admin",
    ],
)
def test_every_address_of_the_page_is_the_page(built: Path, path: str) -> None:
    """No script but our own files, styles by a nonce of this answer, no frame, nothing from elsewhere."""
    answers = [browser(built).get(path) for _ in range(2)]
    policies = [answer.headers["content-security-policy"] for answer in answers]
    assert all(answer.status_code == 200 and "root" in answer.text for answer in answers)
    for answer, policy in zip(answers, policies, strict=True):
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        nonce = re.search(r"'nonce-([\w-]+)'", policy)
        assert nonce
        assert f'content="{nonce.group(1)}"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert policies[0] != policies[1]


def test_files_are_kept_by_the_browser(built: Path) -> None:
    """Their names hold a digest; they are compressed."""
    answer = browser(built).get("/assets/index-abc.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert browser(built).get("/favicon.svg").headers["content-type"].startswith("image/svg")


@pytest.mark.parametrize("path", ["/assets/..%2Findex.html", "/assets/../manifest.json", "/manifest.json", "/nowhere"])
def test_nothing_else_is_served(built: Path, path: str) -> None:
    """Neither what lies beside the files nor what the page does not know."""
    assert browser(built).get(path).status_code == 404


def test_without_a_build_it_is_said_how_to_build(tmp_path: Path) -> None:
    """The API runs without the page."""
    answer = browser(tmp_path / "nothing").get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert "'nonce-" in answer.headers["content-security-policy"]
    assert browser(tmp_path / "nothing").get("/assets/index-abc.js").status_code == 404
    assert browser(tmp_path / "nothing").get("/favicon.svg").status_code == 404
