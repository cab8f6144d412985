"""Files packed with Zstandard (RFC 8878): read by Python 3.14's own module, else by the package `zstandard`."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAGIC = b"\x28\xb5\x2f\xfd"
_PIECE = 16 * 1024  # packed bytes that are unpacked at once: a bomb unpacks to a few hundred megabytes at most


def can_be_read() -> bool:
    """Whether one of the two is here."""
    return _decompressor() is not None


class ZstandardFile:
    """What a file holds, over all its frames. Raises EOFError where it is cut off and RuntimeError where it is
    damaged.
    """

    def __init__(self, path: Path, _mode: str = "rb") -> None:
        self._file = path.open("rb")
        self._frame: Any = None  # the one that is being read
        self._packed = b""

    def __enter__(self) -> "ZstandardFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, _size: int = -1) -> bytes:
        """The next bytes, however many; none at the end."""
        make, fault = _decompressor() or (None, RuntimeError)
        if make is None:
            raise RuntimeError("no reader of Zstandard is installed")
        while True:
            self._packed = self._packed or self._file.read(_PIECE)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("cut off in a frame of Zstandard")
                return b""
            self._frame = self._frame or make()
            try:
                content: bytes = self._frame.decompress(self._packed)
            except fault as error:
                raise RuntimeError("no frame of Zstandard") from error
            self._packed = self._frame.unused_data if self._frame.eof else b""
            self._frame = None if self._frame.eof else self._frame
            if content:
                return content


def _decompressor() -> tuple[Callable[[], Any], type[Exception]] | None:
    """What makes a reader of one frame (`decompress`, `eof`, `unused_data` in both modules), and what that raises."""
    try:
        own = importlib.import_module("compression.zstd")
    except ModuleNotFoundError:
        pass
    else:
        return own.ZstdDecompressor, own.ZstdError
    try:
        package = importlib.import_module("zstandard")
    except ModuleNotFoundError:
        return None
    return lambda: package.ZstdDecompressor().decompressobj(), package.ZstdError
