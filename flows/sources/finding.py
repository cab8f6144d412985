"""The files of a delivery, found from paths, globs, folders and s3:// addresses."""

import glob
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from flows.sources.files import BillFile
from settings import UserError

SUFFIXES = (".csv", ".gz", ".parquet", ".psv", ".tsv")


def expand(paths: list[str], downloads: Path) -> list[BillFile]:
    """The files named by paths, globs, folders (recursively) and s3:// addresses (fetched into `downloads`), each once; raises `UserError`."""
    found: dict[Path, BillFile] = {}
    for text in paths:
        for file in _fetch(text, downloads) if text.startswith("s3://") else _local(text):
            found.setdefault(file.path.resolve(), file)
    return list(found.values())


def _local(text: str) -> list[BillFile]:
    path = Path(text).expanduser()
    if path.is_file():
        return [BillFile(path, text)]
    if path.is_dir():
        inside = sorted(file for file in path.rglob("*") if file.is_file() and _looks_like_bill(file.name))
        if not inside:
            raise UserError(f"{text} holds no bills: no file that ends in {', '.join(SUFFIXES)}.")
        return [BillFile(file, str(file)) for file in inside]
    matches = sorted(name for name in glob.glob(str(path), recursive=True) if Path(name).is_file())  # noqa: PTH207 - the path may be absolute
    if not matches:
        raise UserError(
            f"{text} is not there: no such file, folder or match. Check the path; quote a glob so that the shell leaves it alone."
        )
    return [BillFile(Path(name), name) for name in matches]


def _looks_like_bill(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith((".", "_"))


def _fetch(address: str, downloads: Path) -> list[BillFile]:
    """Fetch an object, or every bill under a prefix that ends in / or holds *."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    parts = urlsplit(address)
    bucket, key = parts.netloc, parts.path.lstrip("/")
    prefix = key.split("*", 1)[0]
    try:
        client = boto3.client("s3")
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        names = [item["Key"] for page in pages for item in page.get("Contents", []) if _wanted(item["Key"], key)]
        files = []
        for name in sorted(names):
            target = downloads / hashlib.sha256(f"{bucket}/{name}".encode()).hexdigest()[:16] / Path(name).name
            target.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(bucket, name, str(target))
            files.append(BillFile(target, f"s3://{bucket}/{name}"))
    except (BotoCoreError, ClientError) as error:
        raise UserError(
            f"{address} cannot be read: {error}. Check the address and that this machine's AWS credentials may read it."
        ) from error
    if not files:
        raise UserError(f"{address} holds no bills: nothing under it ends in {', '.join(SUFFIXES)}.")
    return files


def _wanted(name: str, key: str) -> bool:
    from fnmatch import fnmatchcase

    if "*" in key:
        return fnmatchcase(name, key) and not name.endswith("/")
    return name == key or ((key.endswith("/") or not key) and _looks_like_bill(Path(name).name))
