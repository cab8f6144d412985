"""Authorization Code with PKCE: where a browser is sent to sign in, and who comes back with a code."""

import base64
import hashlib
import json
import logging
import secrets
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from bot.api.auth.oidc import SignIn, unreachable
from config.settings import Settings

log = logging.getLogger(__name__)

_LONGEST: Final = 2_000


@dataclass(frozen=True)
class SignInAttempt:
    """A sign-in under way: kept in the browser's own cookie, that nobody else's answer fits it."""

    state: str
    nonce: str
    verifier: str
    to: str

    def to_cookie(self) -> str:
        """As the cookie holds it."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def attempt(to: str) -> SignInAttempt:
    """A new one, that ends at a path of the page."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return SignInAttempt(state, nonce, verifier, safe_path(to))


def attempt_of(cookie: str | None) -> SignInAttempt | None:
    """The sign-in attempt in a cookie; None where the cookie holds none."""
    try:
        stored = json.loads(base64.urlsafe_b64decode((cookie or "").encode()))
        state, nonce, verifier, to = (stored[name] for name in ("state", "nonce", "verifier", "to"))
    except (ValueError, KeyError, TypeError):
        return None
    whole = all(isinstance(value, str) for value in (state, nonce, verifier, to))
    return SignInAttempt(state, nonce, verifier, safe_path(to)) if whole else None


def safe_path(to: str) -> str:
    """A path on this site, or the beginning: nobody is sent elsewhere."""
    parts = urlsplit(to) if to.isprintable() and "\\" not in to and len(to) <= _LONGEST else None
    local = parts is not None and not parts.scheme and not parts.netloc and to.startswith("/") and to[1:2] != "/"
    return quote(to, safe="/?&=%+,:;@~!$*'()-._") if local else "/"


def same(given: str, sent: str) -> bool:
    """Whether a value that came back is the one that was sent."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), sent.encode("utf-8", "replace"))


@dataclass(frozen=True)
class Client:
    """This page at a provider."""

    sign_in: SignIn
    identity: str
    secret: str | None

    def address(self, trial: SignInAttempt, back: str, prompt: str | None) -> str:
        """Where the browser is sent. Raises 503 while the provider cannot be reached."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(trial.verifier.encode()).digest()).decode().rstrip("=")
        parameters = {
            "response_type": "code",
            "client_id": self.identity,
            "redirect_uri": back,
            "scope": "openid profile email",
            "state": trial.state,
            "nonce": trial.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": prompt} if prompt else {}),
        }
        address = self.sign_in.endpoint("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"

    def redeem(self, code: str, trial: SignInAttempt, back: str) -> str | None:
        """Who a code stands for; None when the provider's answer is not good. Raises 503 while it cannot be reached."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": trial.verifier}
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if self.secret is not None and self._basic():
            both = f"{quote(self.identity, safe='')}:{quote(self.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            form |= {"client_id": self.identity} | ({"client_secret": self.secret} if self.secret else {})
        request = urllib.request.Request(  # noqa: S310 - SignIn opens https, or http in development, alone
            self.sign_in.endpoint("token_endpoint"), urlencode(form).encode(), headers
        )
        try:
            answer = self.sign_in.open(request)
        except urllib.error.HTTPError as error:
            log.info("the provider refused a code: %s", error.code)
            return None
        except (OSError, ValueError) as error:
            log.warning("the provider's token endpoint cannot be used: %s", type(error).__name__)
            raise unreachable() from error
        token = answer.get("id_token") if isinstance(answer, dict) else None
        return self._person(token, trial) if isinstance(token, str) else None

    def _person(self, token: str, trial: SignInAttempt) -> str | None:
        claims = self.sign_in.claims_of(token, self.identity)
        if claims is None or not isinstance(claims.get("nonce"), str):
            return None
        return self.sign_in.person_of(claims) if same(claims["nonce"], trial.nonce) else None

    def _basic(self) -> bool:
        """Whether the provider takes the secret in a header alone, which is the standard's default."""
        ways: Any = self.sign_in.about().get("token_endpoint_auth_methods_supported")
        return not isinstance(ways, list) or "client_secret_post" not in ways


def client_of(settings: Settings, sign_in: SignIn | None) -> Client | None:
    """The page at the configured provider; None where there is none."""
    if sign_in is None:
        return None
    secret = settings.latest().oidc_client_secret
    return Client(sign_in, settings.oidc_client_id or sign_in.audience, secret.get_secret_value() if secret else None)
