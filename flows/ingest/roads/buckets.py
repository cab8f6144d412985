"""Objects of S3: listed first, fetched when they are read."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.errors import UserError
from flows.ingest.roads.pieces import BillFile

_CHANGED = "{} was changed while it was read; nothing was changed here. Load again."


@dataclass(frozen=True)
class BucketObject(BillFile):
    """An object that is not fetched yet; `path` is where it goes. `version` is its ETag, which changes with its
    content.
    """

    bucket: str = ""
    key: str = ""
    version: str = ""
    bytes: int = 0

    @property
    def size(self) -> int:
        """Bytes of the object."""
        return self.bytes


def listed(address: str, downloads: Path) -> list[BucketObject]:
    """The objects at an address, under a folder, or that fit a pattern with *; raises `UserError`, also for none."""
    parts = urlsplit(address)
    bucket, key = parts.netloc, parts.path.lstrip("/")
    with _faults_as_sentences(address):
        pages = _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key.split("*", 1)[0])
        items = [item for page in pages for item in page.get("Contents", []) if _matches(item["Key"], key)]
    if not items:
        raise UserError(f"{address} holds no bills: there is nothing under it.")
    return [
        BucketObject(
            downloads / hashlib.sha256(f"{bucket}/{item['Key']}".encode()).hexdigest()[:16] / Path(item["Key"]).name,
            f"s3://{bucket}/{item['Key']}",
            bucket,
            item["Key"],
            item["ETag"],
            item["Size"],
        )
        for item in sorted(items, key=lambda item: str(item["Key"]))
    ]


def fetch(one: BucketObject) -> BillFile:
    """The object as a file; raises `UserError` where it cannot be read or is no longer the one that was listed."""
    one.path.parent.mkdir(parents=True, exist_ok=True)
    with _faults_as_sentences(one.label):
        client = _client()
        client.download_file(one.bucket, one.key, str(one.path))
        now = client.head_object(Bucket=one.bucket, Key=one.key)
    if now["ETag"] != one.version or one.path.stat().st_size != one.bytes:
        raise UserError(_CHANGED.format(one.label))
    return BillFile(one.path, one.label)


def _client() -> Any:
    import boto3

    return boto3.client("s3")


@contextmanager
def _faults_as_sentences(address: str) -> Iterator[None]:
    """Faults of S3 as a sentence."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise UserError(
            f"{address} cannot be read: {error}. Check the address and that this machine's AWS credentials may read it."
        ) from error


def _matches(name: str, key: str) -> bool:
    """Whether an object is meant: by its name, a pattern, or as a part of the folder."""
    if name.endswith("/"):
        return False
    if "*" in key:
        return fnmatchcase(name, key)
    return name == key or not key or name.startswith(key if key.endswith("/") else f"{key}/")
