"""A lake in a bucket of S3 or of what speaks like it: files are written here and sent there, and fetched once to be
read. They never change, so that a copy is as good as the object.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from secrets import token_hex
from typing import Any, Final

from config.errors import UserError
from lake.folder import SUFFIX, Place

log = logging.getLogger(__name__)

UNUSED: Final = 3 * 86_400.0  # seconds after which a copy that nobody read goes
_AT_ONCE: Final = 8  # files fetched side by side
_LISTED: Final = 8  # folders that are listed one by one; beyond, all is
_GONE: Final = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class BucketPlace(Place):
    """A lake under `prefix` of a bucket; `folder` holds copies."""

    bucket: str = ""
    prefix: str = ""

    @property
    def name(self) -> str:
        """Its address."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def address(self, path: str, base: str | None = None) -> str:
        """An object's address, under `base` where the other machine calls the bucket otherwise."""
        return f"{(base or self.name).rstrip('/')}/{path}"

    def keep(self, path: str) -> None:
        """Send a file that was written; its copy stays."""
        with self._faults_as_sentences("written to"):
            self._client.upload_file(str(self.full(path)), self.bucket, self._key(path))

    def fetch(self, paths: Sequence[str]) -> list[str]:
        """Bring files here that are not; those that are gone. Raises `UserError` where the bucket cannot be reached."""
        wanted = []
        for path in paths:
            try:
                os.utime(self.full(path))  # a copy that is used is kept
            except OSError:
                wanted.append(path)
        if not wanted:
            return []
        with self._faults_as_sentences("read"), ThreadPoolExecutor(min(_AT_ONCE, len(wanted)), "lake") as pool:
            there = list(pool.map(self._fetch, wanted))
        return [path for path, is_there in zip(wanted, there, strict=True) if not is_there]

    def missing(self, paths: Sequence[str]) -> list[str]:
        """Which of the files are not in the bucket, whatever copies there are."""
        folders = {str(PurePosixPath(path).parent) for path in paths}
        listed = folders if len(folders) <= _LISTED else {""}
        there = {path for folder in listed for path, _ in self._listed(f"{folder}/" if folder else "")}
        return [path for path in paths if path not in there]

    def every(self) -> Iterator[tuple[str, float]]:
        """Every object under the prefix with the time of its last change."""
        return iter(list(self._listed("")))

    def delete(self, path: str) -> None:
        """Remove a file and its copy; an object that cannot be reached is left to a later sweep."""
        super().delete(path)
        try:
            with self._faults_as_sentences("changed"):
                self._client.delete_object(Bucket=self.bucket, Key=self._key(path))
        except UserError as error:
            log.warning("a file of the lake was not deleted: %s", error)

    def tidy(self) -> None:
        """Drop copies that nobody has read for days, and what was not fetched to its end."""
        before = time.time() - UNUSED
        for path, used in list(super().every()):
            if used < before:
                super().delete(path)

    def _fetch(self, path: str) -> bool:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only a lake in a bucket needs it

        full = self.full(path)
        full.parent.mkdir(parents=True, exist_ok=True)
        partial = full.with_name(f"{full.name}.{token_hex(4)}")
        try:
            self._client.download_file(self.bucket, self._key(path), str(partial))
            partial.replace(full)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return False
            raise
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
        return True

    def _listed(self, below: str) -> Iterator[tuple[str, float]]:
        with self._faults_as_sentences("read"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(below))
            for page in pages:
                for item in page.get("Contents", ()):
                    if item["Key"].endswith(SUFFIX):  # other objects of the bucket are not ours
                        yield item["Key"].removeprefix(self._key("")), item["LastModified"].timestamp()

    def _key(self, path: str) -> str:
        return f"{self.prefix}/{path}" if self.prefix else path

    @cached_property
    def _client(self) -> Any:
        import boto3  # noqa: PLC0415 - slow to load, and only a lake in a bucket needs it
        from botocore.config import Config  # noqa: PLC0415 - as boto3

        limits = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 3})  # a person waits
        return boto3.client("s3", config=limits)

    @contextmanager
    def _faults_as_sentences(self, what: str) -> Iterator[None]:
        from boto3.exceptions import Boto3Error  # noqa: PLC0415 - slow to load, and only a lake in a bucket needs it
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as boto3

        try:
            yield
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise UserError(
                f"The lake {self.name} cannot be {what}: {error}. Nothing was changed. Check FINOPS_LAKE, that the "
                "bucket can be reached, and that this machine's credentials may list, read, write and delete there."
            ) from error
        except OSError as error:
            raise UserError(
                f"Copies of the lake cannot be kept in {self.folder}: {error.strerror or error}. Free some space "
                "there, or name another folder in FINOPS_LAKE_CACHE."
            ) from error
