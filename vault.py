"""Secrets from Vault or OpenBao: KV v2, by token, AppRole or Kubernetes login; every error says what to do and names a path, never a value."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from errors import UserError

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
_RENEW_SHARE = 0.5  # of a token's lifetime, after which it is renewed


@dataclass(frozen=True)
class Login:
    """How to come in: a token, an AppRole's ids, or a Kubernetes role with the pod's own token."""

    token: str | None = None
    role_id: str | None = None
    secret_id: str | None = None
    kubernetes_role: str | None = None
    service_account: Path = _SERVICE_ACCOUNT


@dataclass
class Vault:
    """One path of one server; logs in on first use, again when the token is refused, and renews it half-way."""

    address: str
    mount: str
    path: str
    login: Login
    attempts: int = 6
    sleep: Callable[[float], None] = time.sleep
    _client: Any = field(default=None, repr=False)
    _renew_at: float = field(default=float("inf"), repr=False)

    def read(self) -> dict[str, str]:
        """The path's newest secrets. Retries while the server is away, with back-off; raises `UserError`."""
        import requests.exceptions

        for attempt in range(self.attempts):
            try:
                return self._read()
            except requests.exceptions.ConnectionError:
                if attempt + 1 < self.attempts:
                    self.sleep(min(0.25 * 2**attempt, 8))
        raise UserError(f"Vault at {self.address} does not answer. Check VAULT_ADDR and that the server runs.")

    def _read(self) -> dict[str, str]:
        from hvac import exceptions

        try:
            self._renew()
            found = self._signed_in().secrets.kv.v2.read_secret_version(
                path=self.path, mount_point=self.mount, raise_on_deleted_version=True
            )
        except exceptions.Forbidden:
            return self._read_after_login()
        except exceptions.InvalidPath as error:
            raise UserError(
                f"Vault has nothing at {self.mount}/{self.path}. Write the secrets there: `vault kv put {self.mount}/{self.path} …`."
            ) from error
        except exceptions.VaultDown as error:
            raise UserError(f"Vault at {self.address} is sealed or on standby. Unseal it and start again.") from error
        return {str(key): str(value) for key, value in found["data"]["data"].items()}

    def _read_after_login(self) -> dict[str, str]:
        """A refused token may just have expired: log in anew, once."""
        from hvac import exceptions

        self._client = None
        try:
            found = self._signed_in().secrets.kv.v2.read_secret_version(
                path=self.path, mount_point=self.mount, raise_on_deleted_version=True
            )
        except exceptions.Forbidden as error:
            raise UserError(
                f"Vault denies reading {self.mount}/{self.path}. Give the role a policy with `read` on {self.mount}/data/{self.path}."
            ) from error
        return {str(key): str(value) for key, value in found["data"]["data"].items()}

    def _signed_in(self) -> Any:
        if self._client is None:
            import hvac
            from hvac import exceptions

            client = hvac.Client(url=self.address, token=self.login.token)
            try:
                lease = self._log_in(client)
            except (exceptions.InvalidRequest, exceptions.Forbidden) as error:
                raise UserError(
                    f"Vault at {self.address} refuses the login. Check the role and secret ids, or the Kubernetes role."
                ) from error
            except exceptions.VaultDown as error:
                raise UserError(f"Vault at {self.address} is sealed or on standby. Unseal it and start again.") from error
            self._client = client
            self._renew_at = time.monotonic() + lease * _RENEW_SHARE if lease else float("inf")
        return self._client

    def _log_in(self, client: Any) -> float:
        """Seconds for which the new token is good; 0 for one that was given to us."""
        login = self.login
        if login.role_id:
            done = client.auth.approle.login(role_id=login.role_id, secret_id=login.secret_id)
        elif login.kubernetes_role:
            done = client.auth.kubernetes.login(role=login.kubernetes_role, jwt=login.service_account.read_text())
        elif login.token:
            return 0.0
        else:
            raise UserError(
                "VAULT_ADDR is set but no login: set VAULT_TOKEN, VAULT_ROLE_ID with VAULT_SECRET_ID, or VAULT_KUBERNETES_ROLE."
            )
        return float(done["auth"]["lease_duration"])

    def _renew(self) -> None:
        from hvac import exceptions

        if self._client is None or time.monotonic() < self._renew_at:
            return
        try:
            renewed = self._client.auth.token.renew_self()
            self._renew_at = time.monotonic() + renewed["auth"]["lease_duration"] * _RENEW_SHARE
        except (exceptions.Forbidden, exceptions.InvalidRequest):
            self._client = None  # at its maximum age; the next read logs in anew
