"""What the tests beside this file share."""

from dataclasses import dataclass
from typing import Any

from config.settings import Settings
from config.vault import Login, Vault
from tests.openbao import Server

CANARY = "canary-7d1f"


READ = 'path "secret/data/finops-bot" { capabilities = ["read"] }'


def vault_at(server: Server, login: Login | None = None, path: str = "finops-bot", **more: Any) -> Vault:
    return Vault(
        server.address,
        "secret",
        path,
        login or Login(token=server.root_token),
        attempts=3,
        sleep=lambda _: None,
        **more,
    )


def approle(server: Server, *, ttl: str = "1h", policy: str = READ, **more: Any) -> Login:
    root = server.root()
    root.sys.create_or_update_policy("finops", policy)
    if "approle/" not in root.sys.list_auth_methods()["data"]:
        root.sys.enable_auth_method("approle")
    root.auth.approle.create_or_update_approle("bot", token_policies=["finops"], token_ttl=ttl, **more)
    role_id = root.auth.approle.read_role_id("bot")["data"]["role_id"]
    return Login(role_id=role_id, secret_id=root.auth.approle.generate_secret_id("bot")["data"]["secret_id"])


@dataclass
class Clock:
    """A clock that tests set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def later(settings: Settings) -> Settings:
    """The settings when the time to look again has come."""
    assert settings._live is not None
    settings._live.secrets._read_at -= 1_000
    return settings.latest()
