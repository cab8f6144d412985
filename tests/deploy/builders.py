"""What the tests beside this file share."""

import json
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


DASHBOARDS = {
    path.stem: json.loads(path.read_text()) for path in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
}
