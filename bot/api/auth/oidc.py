"""Sign-in with the company's own provider: a JWT is checked against the keys
that the provider publishes, and names a person of finops.yaml.
"""

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
from fastapi import HTTPException

from bot.api.auth.tokens import SCOPES, Bearer
from config.errors import UserError
from config.settings import Settings

log = logging.getLogger(__name__)

# Only algorithms with a public key: with a shared one, or none, who can read the published keys could sign.
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_SECONDS: Final = 30
_KEYS_KEPT_SECONDS: Final = 300.0
_ASKED_AGAIN_SECONDS: Final = 10.0  # a stream of tokens with unknown keys is one question in this time
_TIMEOUT_SECONDS: Final = 5
_LARGEST_ANSWER: Final = 1_000_000
_PREFIX: Final = "finops:"


@dataclass
class SignIn:
    """One provider and this API's audience there."""

    issuer: str
    audience: str
    claim: str
    production: bool = False
    clock: Callable[[], float] = time.monotonic
    _keys: dict[str | None, jwt.PyJWK] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _known: dict[str, Any] | None = None
    _known_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)  # of `_tried_at`
    _asking: threading.Lock = field(
        default_factory=threading.Lock
    )  # held while an unknown key or the discovery document is asked for

    def verify(self, token: str) -> Bearer | None:
        """Who a JWT stands for and its scopes; None when it is not good. Raises
        503 while the provider cannot be reached.

        Scopes are those of the claims `scope` and `scp` that begin with `finops:`; a token that names none may be used
        for everything its person may do.
        """
        claims = self.claims_of(token, self.audience)
        person = self.person_of(claims) if claims is not None else None
        if claims is None or person is None:
            return None
        named = {
            word.removeprefix(_PREFIX)
            for word in (*_words(claims.get("scope")), *_words(claims.get("scp")))
            if word.startswith(_PREFIX)
        }
        return Bearer(person, frozenset(named & set(SCOPES)) if named else frozenset(SCOPES))

    def claims_of(self, token: str, audience: str) -> dict[str, Any] | None:
        """What a JWT says; None when it is not good. Raises 503 while the provider cannot be reached."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in _ALGORITHMS:
                return None
            key = self._key(header.get("kid"))
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                [header["alg"]],
                audience=audience,
                issuer=self.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", self.claim]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            log.info("a JWT was refused: %s", type(error).__name__)
            return None
        return claims

    def person_of(self, claims: dict[str, Any]) -> str | None:
        """The person that claims name; an e-mail names somebody only where the provider says that it is verified."""
        person = claims.get(self.claim)
        unverified = self.claim == "email" and claims.get("email_verified") is not True
        return person if isinstance(person, str) and person and not unverified else None

    def about(self) -> dict[str, Any]:
        """The provider's discovery document, as it was in the last minutes. Raises 503 while it cannot be read."""
        with self._asking:
            if self._known is None or self.clock() - self._known_at > _KEYS_KEPT_SECONDS:
                try:
                    self._known, self._known_at = self._discovered(), self.clock()
                except (OSError, ValueError) as error:
                    log.warning("the discovery document of %s cannot be read: %s", self.issuer, type(error).__name__)
                    if self._known is None:
                        raise unreachable() from error
            return self._known

    def endpoint(self, name: str) -> str:
        """An address of the discovery document. Raises 503 where there is none that is safe."""
        address = str(self.about().get(name) or "")
        try:
            _must_be_safe(address, self.production)
        except ValueError as error:
            log.warning("the %s of %s cannot be used: %s", name, self.issuer, error)
            raise unreachable() from error
        return address

    def open(self, request: urllib.request.Request | str) -> Any:
        """The JSON that an address of the provider answers. Raises OSError or ValueError."""
        _must_be_safe(request if isinstance(request, str) else request.full_url, self.production)
        opener = urllib.request.build_opener(_SafeRedirects(self.production))
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read(_LARGEST_ANSWER))

    def _key(self, identity: str | None) -> jwt.PyJWK | None:
        """The published key of this id. A known one is served at once, and read again aside when it is old; an
        unknown one is asked for, by one caller at a time.
        """
        cached = self._keys.get(identity)
        if cached is not None:
            if self.clock() - self._read_at > _KEYS_KEPT_SECONDS and self._may_ask():
                threading.Thread(target=self._read_keys, name="oidc-keys", daemon=True).start()
            return cached
        with self._asking:
            if identity not in self._keys and self._may_ask():
                self._read_keys()
        if not self._keys:
            raise unreachable()
        return self._keys.get(identity)

    def _may_ask(self) -> bool:
        """Whether the provider may be asked now; the answer yes is given once in a while."""
        with self._lock:
            now = self.clock()
            due = now - self._tried_at > _ASKED_AGAIN_SECONDS
            self._tried_at = now if due else self._tried_at
        return due

    def _read_keys(self) -> None:
        try:
            published = self.open(str(self._discovered()["jwks_uri"]))["keys"]
            usable = [
                key for key in published if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
            ]
            self._keys = {key.key_id: key for key in map(jwt.PyJWK, usable)}
            self._read_at = self.clock()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            log.warning("the keys of %s cannot be read: %s", self.issuer, type(error).__name__)

    def _discovered(self) -> dict[str, Any]:
        about = self.open(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(about, dict) or about.get("issuer") != self.issuer:
            raise ValueError("the discovery document is of another issuer")
        return about


def unreachable() -> HTTPException:
    """The provider does not answer."""
    reason = "The sign-in provider cannot be reached just now; try again in a moment."
    return HTTPException(503, reason, {"Retry-After": str(int(_ASKED_AGAIN_SECONDS))})


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where the address itself might have led."""

    def __init__(self, production: bool) -> None:
        self._production = production

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Raises ValueError for an address that is not safe."""
        _must_be_safe(newurl, self._production)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _words(scope: Any) -> list[str]:
    return (
        scope.split()
        if isinstance(scope, str)
        else [word for word in scope if isinstance(word, str)]
        if isinstance(scope, list)
        else []
    )


def _must_be_safe(url: str, production: bool) -> None:
    """https, or in development http too."""
    if urlsplit(url).scheme not in (("https",) if production else ("https", "http")):
        raise ValueError("the address is not https")


def sign_in_of(settings: Settings) -> SignIn | None:
    """The configured provider; None when there is none. Raises `UserError` when the configuration is not whole."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_audience is None:
        raise UserError(
            "FINOPS_OIDC_ISSUER is set without FINOPS_OIDC_AUDIENCE: set the client id that tokens for this API are "
            "made for."
        )
    if settings.env == "production" and urlsplit(settings.oidc_issuer).scheme != "https":
        raise UserError("FINOPS_OIDC_ISSUER has to be an https address in production.")
    return SignIn(settings.oidc_issuer, settings.oidc_audience, settings.oidc_claim, settings.env == "production")
