"""Sign in with Slack: codes that are good once and for a minute, and id tokens signed with a key of this workspace."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from standins.slack.model import Person

CODE_SECONDS = 60
_KEY = "demo"
_LOCAL = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class _Code:
    person: Person
    redirect: str
    nonce: str
    challenge: str
    until: float


@dataclass
class Provider:
    """The OpenID side of a workspace with one app."""

    client_id: str
    client_secret: str
    clock: Callable[[], float] = time.time
    _codes: dict[str, _Code] = field(default_factory=dict)

    @cached_property
    def _private(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, 2048)

    def wrong(self, asked: dict[str, str]) -> str | None:
        """What is wrong with a request to sign somebody in; it is answered here, never at its redirect."""
        if asked.get("client_id") != self.client_id:
            return "invalid_client_id"
        if urlsplit(asked.get("redirect_uri", "")).hostname not in _LOCAL:
            return "bad_redirect_uri"
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return "invalid_scope_requested"
        return "bad_code_challenge" if asked.get("code_challenge_method", "S256") != "S256" else None

    def code(self, person: Person, asked: dict[str, str]) -> str:
        """A code for a person who signs in."""
        code = secrets.token_urlsafe(24)
        until = self.clock() + CODE_SECONDS
        challenge = asked.get("code_challenge", "")
        self._codes[code] = _Code(person, asked["redirect_uri"], asked.get("nonce", ""), challenge, until)
        return code

    def redeem(self, issuer: str, form: dict[str, str]) -> dict[str, Any]:
        """The answer of `openid.connect.token`."""
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return {"ok": False, "error": "bad_client_secret"}
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.until < self.clock():
            return {"ok": False, "error": "invalid_code"}
        if form.get("redirect_uri") != code.redirect:
            return {"ok": False, "error": "bad_redirect_uri"}
        if code.challenge and code.challenge != _challenge(form.get("code_verifier", "")):
            return {"ok": False, "error": "invalid_code_verifier"}
        now = int(self.clock())
        person = code.person
        claims = {
            "iss": issuer,
            "aud": self.client_id,
            "sub": person.id,
            "iat": now,
            "exp": now + 300,
            "nonce": code.nonce,
            "https://slack.com/user_id": person.id,
            "name": person.real_name,
            "email": person.email,
            "email_verified": bool(person.email),
        }
        token = jwt.encode(claims, self._private, "RS256", {"kid": _KEY})
        return {"ok": True, "access_token": secrets.token_hex(16), "token_type": "Bearer", "id_token": token}

    def keys(self) -> dict[str, Any]:
        """The published keys."""
        published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._private.public_key()))
        return {"keys": [{**published, "kid": _KEY, "use": "sig", "alg": "RS256"}]}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
