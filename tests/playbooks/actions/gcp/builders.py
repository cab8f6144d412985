"""A project whose answers are recorded from Google's reference; no emulator of Compute Engine exists."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from playbooks.actions.action import ResourceRef
from playbooks.actions.gcp.client import _token
from tests.recorded import Recorded, Reply, recorded

PROJECT, ZONE = "shop-prod", "/projects/shop-prod/zones/europe-west1-b"
MACHINE, DISK = f"{ZONE}/instances/4711", f"{ZONE}/disks/data-1"
TOKEN = Reply("POST", "/token", 200, {"access_token": "at-1", "expires_in": 3599})


def where(path: str, project: str = PROJECT) -> ResourceRef:
    """As a bill names it: `//compute.googleapis.com/projects/…`."""
    return ResourceRef(f"//compute.googleapis.com{path}", project, "europe-west1")


def machine(status: str = "RUNNING", kind: str = "n2-standard-8", **more: Any) -> dict[str, Any]:
    said = {"status": status, "machineType": f"https://x{ZONE}/machineTypes/{kind}", "labels": {"team": "web"}}
    return {**said, "disks": [{"type": "PERSISTENT"}], "scheduling": {"preemptible": False}, **more}


def disk(**more: Any) -> dict[str, Any]:
    said = {"id": "99", "name": "data-1", "status": "READY", "sizeGb": "200", "labels": {"team": "web"}}
    return {**said, "type": f"https://x{ZONE}/diskTypes/pd-ssd", **more}


def done(method: str, path: str) -> list[Reply]:
    """A change that Google does behind its answer: an operation that is looked at until it is done."""
    name = "operation-1"
    return [
        Reply(method, path, 200, {"name": name, "status": "RUNNING"}),
        Reply("GET", f"{ZONE}/operations/{name}", 200, {"name": name, "status": "DONE"}),
    ]


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@contextmanager
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, replies: Sequence[Reply]) -> Iterator[Recorded]:
    """Google with these answers after the sign-in by a key file."""
    _token.cache_clear()
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with recorded([TOKEN, *replies]) as service:
        key = {
            "type": "service_account",
            "client_email": "bot@shop-prod.iam.gserviceaccount.com",
            "private_key_id": "k1",
            "private_key": pem.decode(),
            "token_uri": f"{service.url}/token",
        }
        (tmp_path / "key.json").write_text(json.dumps(key))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
        monkeypatch.setenv("GOOGLE_COMPUTE_URL", service.url)
        yield service
    _token.cache_clear()
