"""The last part of a Parquet file, which says what is in it."""

import os
from pathlib import Path
from typing import Final

from config.errors import UserError

_NOTE: Final = b"ARROW:schema"
_UNREAD: Final = b"FRAME:schema"  # as long, so that nothing moves
_END: Final = b"PAR1"


def forget_frame(path: Path) -> None:
    """Take the frame's own types from a file that was written of one: readers that know of them (Arrow's and those made
    of it) would have the texts of maps as categories, which some cannot read at all. Parquet's types stay. Raises
    `UserError` for what is no Parquet file.
    """
    with path.open("r+b") as file:
        end = file.seek(max(file.seek(0, os.SEEK_END) - 8, 0))
        length = int.from_bytes(file.read(4), "little")
        if file.read(4) != _END or length > end:
            raise UserError(f"{path.name} is no Parquet file.")
        file.seek(end - length)
        place = file.read(length).find(_NOTE)
        if place >= 0:
            file.seek(end - length + place)
            file.write(_UNREAD)
