"""What is loaded together, and where to."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from config.organisation import Organisation
from db.database import Database
from flows.ingest.loading.placing.supersede import Choices

_CODE = "2"  # raise when the meaning of stored rows changes, so that the same files are loaded anew
_NO_CHOICES = Choices()


@dataclass(frozen=True)
class GivenFiles:
    """What is loaded and where to. `digests` by the path as given; `digest` says whether it is the same as another."""

    database: Database
    organisation: Organisation
    source: str | None
    digests: dict[str, str]
    started_at: datetime
    choices: Choices = _NO_CHOICES
    loaded: dict[str, str] | None = None  # of the digests, those of files with charges
    actor: str = "system"  # who loads, for the audit log

    @property
    def digest(self) -> str:
        """Over the contents of the files, wherever they lie, and over all that decides how they are stored."""
        rules = self.organisation.allocation.model_dump(mode="json")
        parts = [_CODE, json.dumps(rules, sort_keys=True), *sorted(set(self.digests.values()))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def without(self, paths: Collection[str]) -> "GivenFiles":
        """The delivery without files that hold no charges; its digest is still that of all of them."""
        return replace(self, loaded={path: one for path, one in self.digests.items() if path not in paths})
