"""JWTs of a sign-in provider on this machine: taken when they are good, refused whatever is wrong with them."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi.testclient import TestClient

from bot.api.app import create_app
from bot.api.auth import oidc
from bot.api.auth.oidc import SignIn, sign_in_of
from bot.api.context import Context
from config.errors import UserError
from config.settings import Settings

AUDIENCE = "finops-bot"
PATH = "/api/v1/insights"


@dataclass
class Provider:
    """Publishes a discovery document and keys, and signs."""

    keys: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""
    claims_to_be: str | None = None

    hangs: threading.Event | None = None
    answered_late: list[str] = field(default_factory=list)
    moved_to: str | None = None

    def document(self, path: str) -> Any:
        self.asked.append(path)
        if self.hangs is not None:
            self.hangs.wait(20)
            self.answered_late.append(path)
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.claims_to_be or self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        return {
            "keys": [
                {**json.loads(_algorithm(key).to_jwk(key.public_key())), "kid": kid, "use": "sig"}
                for kid, key in self.keys.items()
            ]
        }

    def token(self, kid: str = "one", key: Any = None, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        key = key or self.keys[kid]
        whole = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "exp": time.time() + 300,
            "email": "ann@example.com",
            "email_verified": True,
            "sub": "U-ANN",
            **claims,
        }
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(
            {name: value for name, value in whole.items() if value is not None},
            key,
            algorithm,
            {"kid": kid, **(headers or {})},
        )


def _algorithm(key: Any) -> Any:
    return jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm


RSA = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one RSA and one elliptic key, served over HTTP."""
    provider = Provider({"one": RSA[0], "curve": ec.generate_private_key(ec.SECP256R1())})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if provider.moved_to is not None:
                self.send_response(302)
                self.send_header("Location", provider.moved_to)
                self.end_headers()
                return
            body = json.dumps(provider.document(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Clock:
    """A clock that tests set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The verifier's clock."""
    return Clock()


@pytest.fixture
def client(context: Context, provider: Provider, clock: Clock) -> Iterator[TestClient]:
    """The API that takes the provider's tokens."""
    with TestClient(
        create_app(replace(context, sign_in=SignIn(provider.issuer, AUDIENCE, "email", clock=clock)))
    ) as client:
        yield client


def status(client: TestClient, token: str, path: str = PATH) -> int:
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_good_token_is_its_person(client: TestClient, provider: Provider) -> None:
    """With their teams and roles, whatever kind of key signed it."""
    assert [status(client, provider.token(kid)) for kid in ("one", "curve")] == [200, 200]
    assert status(client, provider.token(), "/api/v1/audit") == 403
    assert status(client, provider.token(email="ops@example.com")) == 403
    assert len(provider.asked) == 2


def forged(provider: Provider, header: dict[str, Any], secret: bytes | None) -> str:
    """A token put together by hand: unsigned, or signed with a published key as if that were a shared secret."""
    claims = {
        "iss": provider.issuer,
        "aud": AUDIENCE,
        "exp": time.time() + 300,
        "email": "ann@example.com",
        "email_verified": True,
    }
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    signature = (
        base64.urlsafe_b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).rstrip(b"=") if secret else b""
    )
    return (signed + b"." + signature).decode()


def bad_tokens(provider: Provider) -> dict[str, str]:
    pem = RSA[0].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "expired": provider.token(exp=time.time() - 120),
        "not yet": provider.token(nbf=time.time() + 600),
        "for another API": provider.token(aud="another"),
        "of another issuer": provider.token(iss="http://127.0.0.1:1"),
        "without expiry": provider.token(exp=None),
        "without audience": provider.token(aud=None),
        "without the claim": provider.token(email=None),
        "with an odd claim": provider.token(email=["ann@example.com"]),
        "not verified": provider.token(email_verified=False),
        "verified in words": provider.token(email_verified="true"),
        "nothing said of verification": provider.token(email_verified=None),
        "another's key": provider.token("one", RSA[1]),
        "unknown key": provider.token("two", RSA[1]),
        "none": forged(provider, {"alg": "none", "kid": "one"}, None),
        "None": forged(provider, {"alg": "None", "kid": "one"}, None),
        "confused": forged(provider, {"alg": "HS256", "kid": "one"}, pem),
        "wrong algorithm for the key": forged(provider, {"alg": "ES256", "kid": "one"}, pem),
        "cut": provider.token()[:-20],
        "nonsense": "eyJ.e30.x",
        "empty": "..",
    }


def test_whatever_is_wrong_is_refused(client: TestClient, provider: Provider) -> None:
    """With 401 each, and nothing says which it was."""
    answers = {
        name: client.get(PATH, headers={"Authorization": f"Bearer {token}"})
        for name, token in bad_tokens(provider).items()
    }
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert len({answer.json()["detail"] for answer in answers.values()}) == 1


def test_rotated_keys_are_fetched_and_withdrawn_ones_forgotten(
    client: TestClient, provider: Provider, clock: Clock
) -> None:
    """A new key is asked for once in a while, not for each token that names it."""
    assert status(client, provider.token()) == 200
    provider.keys = {"two": RSA[1]}
    assert [status(client, provider.token("two")) for _ in range(5)] == [401] * 5
    assert len(provider.asked) == 2
    clock.now += 11
    assert status(client, provider.token("two")) == 200
    assert status(client, provider.token("one", RSA[0])) == 401


def test_a_provider_that_is_away_is_no_refusal(context: Context, clock: Clock, provider: Provider) -> None:
    """503 while no key is known; known keys go on; a document of another issuer is not believed."""
    away = SignIn("http://127.0.0.1:9", AUDIENCE, "email", clock=clock)
    with TestClient(create_app(replace(context, sign_in=away))) as client:
        answer = client.get(PATH, headers={"Authorization": f"Bearer {provider.token()}"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    known = SignIn(provider.issuer, AUDIENCE, "email", clock=clock)
    with TestClient(create_app(replace(context, sign_in=known))) as client:
        assert status(client, provider.token()) == 200
        clock.now += 400
        provider.claims_to_be = "http://evil.example"
        assert status(client, provider.token()) == 200
    provider.claims_to_be = "http://evil.example"
    with TestClient(
        create_app(replace(context, sign_in=SignIn(provider.issuer, AUDIENCE, "email", clock=clock)))
    ) as client:
        assert status(client, provider.token()) == 503


def test_a_provider_that_hangs_keeps_nobody_waiting_whose_key_is_known(
    client: TestClient, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old keys are read again aside: the answer comes while the provider is silent."""
    monkeypatch.setattr(oidc, "_TIMEOUT_SECONDS", 60)
    assert status(client, provider.token()) == 200
    clock.now += 400
    provider.hangs = threading.Event()
    assert [status(client, provider.token()) for _ in range(3)] == [200] * 3
    assert provider.answered_late == []
    provider.hangs.set()


def test_a_redirect_leads_only_to_where_the_address_might(provider: Provider) -> None:
    """Not to a file, and in production not from https to http."""
    provider.moved_to = "ftp://127.0.0.1/keys"
    with pytest.raises(ValueError, match="not https"):
        SignIn(provider.issuer, AUDIENCE, "email").open(f"{provider.issuer}/keys")


def test_scopes_may_stand_in_scp(client: TestClient, provider: Provider) -> None:
    headers = {"Authorization": f"Bearer {provider.token(scp='finops:read')}"}
    assert client.patch("/api/v1/insights/99", json={"status": "open"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("openid finops:read", 403), (["finops:write", "finops:read"], 404), (None, 404), ("openid", 404)],
)
def test_scopes_of_a_token_bound_it(client: TestClient, provider: Provider, scope: Any, expected: int) -> None:
    """Where it names any of ours."""
    headers = {"Authorization": f"Bearer {provider.token(scope=scope)}"}
    assert client.patch("/api/v1/insights/99", json={"status": "open"}, headers=headers).status_code == expected


def test_another_claim_may_name_the_person(context: Context, provider: Provider) -> None:
    """As `sub`, by their id."""
    with TestClient(create_app(replace(context, sign_in=SignIn(provider.issuer, AUDIENCE, "sub")))) as client:
        assert status(client, provider.token(email=None)) == 200
        assert "openIdConnect" in client.get("/api/v1/openapi.json").text


def test_the_configuration_has_to_be_whole() -> None:
    """An audience, and https in production; nothing without an issuer."""
    assert sign_in_of(Settings(_env_file=None)) is None
    with pytest.raises(UserError, match="FINOPS_OIDC_AUDIENCE"):
        sign_in_of(Settings(_env_file=None, oidc_issuer="https://sso.example"))
    with pytest.raises(UserError, match="https"):
        sign_in_of(Settings(_env_file=None, oidc_issuer="http://sso.example", oidc_audience="x", env="production"))
    with pytest.raises(ValueError, match="not https"):
        SignIn("http://sso.example", "x", "email", production=True).open("http://sso.example/keys")
