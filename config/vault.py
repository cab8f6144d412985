"""Secrets from Vault or OpenBao: KV v2, by token, AppRole or Kubernetes login;
every error says what to do and names a path, never a value.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.errors import UserError

log = logging.getLogger(__name__)

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
_RENEW_SHARE = 0.5  # of a token's lifetime, after which it is renewed
_TIMEOUT_SECONDS = 5
_LONGEST_PAUSE = 8.0
_ASKED_AGAIN = 2.0  # seconds: many refusals at once are one look


class VaultAwayError(UserError):
    """Vault does not answer or is sealed: it may be there again in a moment."""


@dataclass(frozen=True)
class Login:
    """How to come in: a token, an AppRole's ids (the secret id may come wrapped,
    to be unwrapped once), or a Kubernetes role with the pod's token.
    """

    token: str | None = field(default=None, repr=False)
    role_id: str | None = None
    secret_id: str | None = field(default=None, repr=False)
    wrapped_secret_id: str | None = field(default=None, repr=False)
    kubernetes_role: str | None = None
    kubernetes_mount: str = "kubernetes"
    service_account: Path = _SERVICE_ACCOUNT


@dataclass
class Vault:
    """The paths of one mount of one server; logs in on first use, again when
    the token is refused, and renews it half-way.
    """

    address: str
    mount: str
    path: str
    """One path, or several separated by commas; a later one's values go over an earlier one's."""
    login: Login
    attempts: int = 6
    sleep: Callable[[float], None] = time.sleep
    namespace: str | None = None
    ca_file: Path | None = None
    clock: Callable[[], float] = time.monotonic
    _client: Any = field(default=None, repr=False)
    _unwrapped: str | None = field(default=None, repr=False)
    _renew_at: float = field(default=float("inf"), repr=False)

    def read(self, attempts: int | None = None) -> dict[str, str]:
        """The paths' newest secrets. Tries again while the server is away or
        sealed, with growing pauses; raises `UserError`.
        """
        attempts = attempts or self.attempts
        for attempt in range(attempts):
            try:
                return self._read_all()
            except VaultAwayError:
                if attempt + 1 == attempts:
                    raise
                self.sleep(min(0.25 * 2**attempt, _LONGEST_PAUSE))
        raise AssertionError("there is at least one attempt")

    def _read_all(self) -> dict[str, str]:
        import requests.exceptions  # noqa: PLC0415 - only with Vault
        from hvac import exceptions  # noqa: PLC0415 - only with Vault

        try:
            self._renew()
            values: dict[str, str] = {}
            for path in self._paths():
                values |= self._read(path)
            return values
        except exceptions.VaultDown as error:
            raise VaultAwayError(
                f"Vault at {self.address} is sealed or on standby. Unseal it; it is tried again."
            ) from error
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise VaultAwayError(
                f"Vault at {self.address} does not answer. Check VAULT_ADDR and that the server runs."
            ) from error
        except (exceptions.VaultError, requests.exceptions.RequestException) as error:
            # a proxy's 502, an internal error, a rate limit, an answer that breaks off
            raise VaultAwayError(
                f"Vault at {self.address} answers with an error ({type(error).__name__}). Its own log says more."
            ) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # 200 with a page of a proxy, or nothing
            raise VaultAwayError(
                f"What answers at {self.address} is not Vault, or a proxy before it. Check VAULT_ADDR."
            ) from error

    def _paths(self) -> list[str]:
        return [path.strip(" /") for path in self.path.split(",") if path.strip(" /")]

    def _read(self, path: str) -> dict[str, str]:
        """One path; a refused token may just have expired, so there is one new login."""
        from hvac import exceptions  # noqa: PLC0415 - only with Vault

        try:
            return self._values(path)
        except exceptions.Forbidden:
            self._client = None
        try:
            return self._values(path)
        except exceptions.Forbidden as error:
            raise UserError(
                f"Vault denies reading {self.mount}/{path}. Give the role a policy with `read` on "
                f"{self.mount}/data/{path}."
            ) from error

    def _values(self, path: str) -> dict[str, str]:
        from hvac import exceptions  # noqa: PLC0415 - only with Vault

        store = self._signed_in().secrets.kv.v2
        try:
            answer = store.read_secret_version(path=path, mount_point=self.mount, raise_on_deleted_version=True)
        except exceptions.InvalidPath as error:
            raise UserError(
                f"Vault has nothing at {self.mount}/{path}. Write the secrets there: `vault kv put "
                f"{self.mount}/{path} …`."
            ) from error
        return {str(key): str(value) for key, value in answer["data"]["data"].items()}

    def _signed_in(self) -> Any:
        if self._client is None:
            from hvac import exceptions  # noqa: PLC0415 - only with Vault

            client = self._connection(self.login.token)
            try:
                lease = self._log_in(client)
            except (exceptions.InvalidRequest, exceptions.Forbidden, exceptions.Unauthorized) as error:
                raise UserError(f"Vault at {self.address} refuses the login. {self._advice()}") from error
            self._client = client
            self._renew_at = self.clock() + lease * _RENEW_SHARE if lease else float("inf")
        return self._client

    def _connection(self, token: str | None) -> Any:
        import hvac  # noqa: PLC0415 - only with Vault

        verify = str(self.ca_file) if self.ca_file else True
        return hvac.Client(
            url=self.address, token=token, namespace=self.namespace, timeout=_TIMEOUT_SECONDS, verify=verify
        )

    def _advice(self) -> str:
        if self.login.role_id:
            return "Check VAULT_ROLE_ID and that the secret id is neither expired nor used up."
        if self.login.kubernetes_role:
            return (
                "Check VAULT_KUBERNETES_ROLE, and that the role is bound to this pod's service account and namespace."
            )
        return "Check VAULT_TOKEN."

    def _log_in(self, client: Any) -> float:
        """Seconds for which the token is good; 0 for one that is not renewed."""
        login = self.login
        if login.role_id:
            done = client.auth.approle.login(role_id=login.role_id, secret_id=self._secret_id())
        elif login.kubernetes_role:
            token = _service_account_token(login.service_account)
            done = client.auth.kubernetes.login(
                role=login.kubernetes_role, jwt=token, mount_point=login.kubernetes_mount
            )
        elif login.token:
            return _lifetime(client)
        else:
            raise UserError(
                "VAULT_ADDR is set but no login: set VAULT_TOKEN, VAULT_ROLE_ID with VAULT_SECRET_ID, or "
                "VAULT_KUBERNETES_ROLE."
            )
        return float(done["auth"]["lease_duration"])

    def _secret_id(self) -> str | None:
        from hvac import exceptions  # noqa: PLC0415 - only with Vault

        wrapped = self.login.wrapped_secret_id
        if wrapped is None:
            return self.login.secret_id
        if self._unwrapped is None:
            try:
                self._unwrapped = str(self._connection(wrapped).sys.unwrap()["data"]["secret_id"])
            except (exceptions.InvalidRequest, exceptions.Forbidden, KeyError, TypeError) as error:
                raise UserError(
                    "VAULT_WRAPPED_SECRET_ID cannot be unwrapped: it has expired, or somebody else unwrapped it, and "
                    "then the secret id has "
                    "leaked. Destroy it and make a new one."
                ) from error
        return self._unwrapped

    def _renew(self) -> None:
        from hvac import exceptions  # noqa: PLC0415 - only with Vault

        if self._client is None or self.clock() < self._renew_at:
            return
        try:
            renewed = self._client.auth.token.renew_self()
            self._renew_at = self.clock() + renewed["auth"]["lease_duration"] * _RENEW_SHARE
        except (exceptions.Forbidden, exceptions.InvalidRequest):
            self._client = None  # at its maximum age; the next read logs in anew


def _service_account_token(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UserError(
            f"VAULT_KUBERNETES_ROLE is set, but there is no service account's token at {file}. Mount it into the pod."
        ) from error


def _lifetime(client: Any) -> float:
    """Seconds of a given token's life where it can be renewed, else 0."""
    from hvac import exceptions  # noqa: PLC0415 - only with Vault

    try:
        about = client.auth.token.lookup_self()["data"]
    except exceptions.Forbidden:
        return 0.0  # it may read secrets and not itself; the read will tell
    return float(about["ttl"]) if about.get("renewable") else 0.0


@dataclass
class CachedSecrets:
    """The newest known secrets of a Vault: read again once they are older than
    `every` seconds, or when something was refused.

    While Vault cannot be read the last known ones stay, and that is logged once; so is its return.
    """

    vault: Vault
    every: float
    values: dict[str, str] = field(repr=False)
    clock: Callable[[], float] = time.monotonic
    version: int = 0
    _read_at: float = 0.0
    _away: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._read_at = self.clock()

    def refresh(self) -> int:
        """Look again if it is time, in one thread while the others go on; the version, which grows with each change."""
        if self.clock() - self._read_at >= self.every and self._lock.acquire(blocking=False):
            try:
                self._read_again()
            finally:
                self._lock.release()
        return self.version

    def refresh_after_refusal(self, version: int) -> bool:
        """Something that was taken from this version was refused: whether there is a newer one now."""
        with self._lock:
            if self.version == version and self.clock() - self._read_at >= _ASKED_AGAIN:
                self._read_again()
            return self.version != version

    def _read_again(self) -> None:
        try:
            values = self.vault.read(attempts=1)
        except UserError as error:
            if not self._away:
                log.warning("the secrets cannot be read anew, the last known ones are used: %s", error)
            self._away = True
        else:
            if self._away:
                log.info("the secrets can be read again")
            self._away = False
            if values != self.values:
                changed = sorted(
                    key for key in values.keys() | self.values.keys() if values.get(key) != self.values.get(key)
                )
                self.values, self.version = values, self.version + 1
                log.info("secrets changed in Vault: %s", ", ".join(changed))
        self._read_at = self.clock()
