"""Reading a file that somebody else may have put into a folder: a regular file of the folder, of bounded size."""

import os
import stat
from pathlib import Path

from config.errors import UserError


def read_plain(folder: Path, name: str, largest: int) -> str:
    """The text of a file of a folder, at most so many bytes. Links may lead to files of the same folder only (as
    Kubernetes mounts them); pipes and devices are never opened for waiting.

    Raises `UserError` that names the file, never its content.
    """
    path = folder / name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve(strict=True)):
            raise UserError(f"{path}:1: it is a link that leads out of its folder. Put the file itself there.")
        # not followed: what it was resolved to may have been exchanged since; not waited for: it may be a pipe
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError(f"{path}:1: it is no regular file. Remove it or give it another ending.")
            content = file.read(largest + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to themselves
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UserError(f"{path}:1: it cannot be read ({reason}). Remove it or mend its rights.") from error
    if len(content) > largest:
        raise UserError(f"{path}:1: it is larger than {largest:,} bytes. Split it or shorten it.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(f"{path}:{line}: it is not UTF-8 from there on. Save it as UTF-8.") from error
