"""`python -m standins.slack`: the workspace alone, with the app of a manifest
installed; prints what a bot needs to connect to it.
"""

import argparse
import signal
import threading
from pathlib import Path

from config.processes import port_of
from standins.slack.handle import running_workspace
from standins.slack.manifest import setup_from

_MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "slack" / "manifest.yaml"


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m standins.slack", description="A stand-in for a Slack workspace, on this machine."
    )
    parser.add_argument(
        "--port", type=port_of, default=8765, help="port of the page and of the Web API (default: 8765)"
    )
    parser.add_argument(
        "--manifest", type=Path, default=_MANIFEST, help="the app to install (default: deploy/slack/manifest.yaml)"
    )
    parser.add_argument(
        "--request-url",
        help="deliver over HTTP to this address, as https://YOUR-HOST/slack/events; default: Socket Mode",
    )
    arguments = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with running_workspace(setup_from(arguments.manifest, request_url=arguments.request_url), arguments.port) as slack:
        lines = [f"export SLACK_API_URL={slack.api_url}", f"export SLACK_BOT_TOKEN={slack.bot_token}"]
        if arguments.request_url:
            lines.append(f"export SLACK_SIGNING_SECRET={slack.signing_secret}")
        else:
            lines.append(f"export SLACK_APP_TOKEN={slack.app_token}")
        people = ", ".join(f"{person.name} {person.id}" for person in slack.workspace.setup.people)
        lines.append(f"# People: {people}")
        print("\n".join([*lines, f"# Open {slack.url}   (Ctrl-C ends the workspace)"]), flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
