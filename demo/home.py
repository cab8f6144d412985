"""The demo's own folder: made for its owner, and used by one demo at a time."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError
from config.processes import private_folder


@contextmanager
def occupied(home: Path) -> Iterator[Callable[[str], None]]:
    """Hold the folder for the length of a block, for two demos in it would stop each other's servers. Yields what keeps
    the address under which this one is found. Raises `UserError` where the folder cannot be had.
    """
    try:
        private_folder(home)
        handle = (home / "demo.lock").open("a+")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"The folder {home} cannot be used: {reason}. Name another with --home.") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            where = f", at {address}" if (address := handle.read(200).strip()) else ""
            raise UserError(
                f"A demo runs already in {home}{where}, and this one would stop its servers. Use that one, or give "
                "this one a folder of its own with --home."
            ) from None
        handle.truncate(0)

        def on_address(address: str) -> None:
            handle.write(address)
            handle.flush()

        yield on_address
