"""The page's build beside the demo: what is said when it ends, well or not, and that it ends with the demo."""

import sys
import threading
from pathlib import Path

import pytest

from demo import page

AT = "http://127.0.0.1:8080"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the page stands."""
    monkeypatch.setattr(page, "BUILT", tmp_path / "dist")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("page")
    return tmp_path


def said(home: Path, script: str) -> str:
    """What is announced of a build that runs a line of Python."""
    texts: list[str] = []
    heard = threading.Event()

    def say(text: str) -> None:
        texts.append(text)
        heard.set()

    with page.building(home, (sys.executable, "-c", script)) as announce:
        announce(AT, say)
        assert heard.wait(30)
    return texts[0]


def test_the_address_is_said_when_the_page_stands(built: Path) -> None:
    """With whom one signs in as."""
    assert said(built, "pass").startswith(f"The web page is at {AT}")


def test_a_build_that_fails_says_where_its_log_is(built: Path) -> None:
    """And stops nothing else."""
    text = said(built, "print('no Node', flush=True); raise SystemExit(1)")
    log = built / "logs" / "web.log"
    assert text.startswith(f"The web page could not be built ({log}")
    assert "no Node" in log.read_text()


def test_a_build_without_a_result_is_no_page(built: Path) -> None:
    """Whatever its exit code says."""
    (built / "dist" / "index.html").unlink()
    assert "could not be built" in said(built, "pass")


def test_an_unfinished_build_ends_with_the_demo(built: Path) -> None:
    """Nothing is said of it, and its process is gone."""
    texts: list[str] = []
    script = f"import os, time; open({str(built / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with page.building(built, (sys.executable, "-c", script)) as announce:
        announce(AT, texts.append)
        while not (built / "pid").exists() or not (built / "pid").read_text():
            threading.Event().wait(0.02)
    assert texts == []
    assert not Path(f"/proc/{(built / 'pid').read_text()}").exists()
