"""What the tests of the page share: where it is, and what they need of the machine."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def node() -> str | None:
    """The folder of node and npm; None where there are none that are new enough."""
    found = subprocess.run([ROOT / ".ci" / "node.sh"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None
