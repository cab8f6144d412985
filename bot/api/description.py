"""The API's own description (OpenAPI), without a database: for the reference pages, and for the web page's types."""

import json
import sys
from typing import Any

from bot.api.app import create_app
from bot.api.context import Context
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from nl2sql.deps import Deps


def description() -> dict[str, Any]:
    """The OpenAPI document; nothing is connected for it."""
    nowhere = Database("postgresql://nowhere", "postgresql://nowhere", "postgresql://nowhere", embedded=False)
    settings, organisation = Settings(_env_file=None), Organisation()
    context = Context(settings, organisation, nowhere, Deps(nowhere, settings, organisation))
    described: dict[str, Any] = create_app(context).openapi()
    return described


def as_text() -> str:
    """The document as `web/openapi.json` keeps it."""
    return json.dumps(description(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
