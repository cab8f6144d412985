"""Where the files are: a folder, or a bucket with a folder of copies."""

import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from config.errors import UserError
from lake.bucket import BucketPlace
from lake.folder import Place as Place


class LakeOwner(Protocol):
    """What knows its lake: a database."""

    @property
    def lake(self) -> str:
        """The lake's address."""

    @property
    def lake_cache(self) -> str:
        """The folder for copies, where the lake is a bucket."""


def place_of(owner: LakeOwner) -> Place:
    """The lake of a database; raises `UserError` for an address that is none."""
    return open_place(owner.lake, owner.lake_cache)


def open_place(address: str | Path, cache: str = "") -> Place:
    """The lake at an address, a folder or `s3://bucket/prefix`, with a folder for copies; raises `UserError` for one
    that is neither.
    """
    given = str(address)
    parts = urlsplit(given)
    if given.startswith("s3://") and parts.netloc:
        copies = Path(cache or Path(tempfile.gettempdir()) / "finops-lake").absolute()
        return BucketPlace(copies / parts.netloc / parts.path.strip("/"), parts.netloc, parts.path.strip("/"))
    if not given or "://" in given:
        raise UserError(
            f"FINOPS_LAKE is {given!r}: line items are kept in a folder that all processes share, or in s3://bucket/prefix."
        )
    return Place(Path(address).absolute())
