"""What a file is that is no bill, by its first bytes, and what to do about it."""

import re

# Magic numbers as their makers document them.
_PACKED = {
    b"\x04\x22\x4d\x18": "packed with LZ4",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xff\x06\x00\x00sNaPpY": "packed with Snappy",
    b"\x1f\x9d": "packed with compress",
}
_OTHER = {
    b"ORC": "an ORC file",
    b"ARROW1": "an Arrow (Feather) file",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR": "an encrypted Parquet file",
    b"\xff\xff\xff\xff": "a stream of Arrow",
}
_POINTER = b"version https://git-lfs.github.com/spec/"
_CONTROL = re.compile(rb"[\x02-\x08\x0e-\x1a\x1c-\x1e\x7f]")
_MOSTLY = 0.02  # share of control characters from which on bytes are no text
_PAGE = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|error)", re.IGNORECASE)
_CODE = re.compile(rb"<(?:code|message|title)>([^<]{1,120})<", re.IGNORECASE)
_EXCEL = ("xl/workbook.xml", "xl/workbook.bin")
EXCEL = "It is an Excel workbook, not a bill in text. Export CSV or Parquet, or save the sheet as CSV UTF-8."
BINARY = "The file is binary: it is neither CSV nor Parquet, nor one of them packed."
UTF16 = "The file's text is UTF-16 or UTF-32 without the mark at its start that says so. Save it as UTF-8."


def not_a_bill(start: bytes) -> str | None:
    """Why a file with this start is no bill, as a sentence; None where it may be one."""
    for magic, what in _PACKED.items():
        if start.startswith(magic):
            return f"It is {what}, which cannot be unpacked here. Unpack it, or export gzip CSV or Parquet."
    for magic, what in _OTHER.items():
        if start.startswith(magic) and not start.startswith(b"PAR1"):
            return f"It is {what}, not a bill in text. Export it as CSV, gzip CSV or Parquet."
    if start.startswith(_POINTER):
        return "It is a pointer to a file that Git LFS keeps elsewhere. Fetch the file itself (git lfs pull)."
    if b"\0" not in start and len(_CONTROL.findall(start)) > _MOSTLY * len(start):
        return BINARY
    if _PAGE.match(start):
        code = _CODE.search(start)
        quote = f" It says “{code[1].decode(errors='replace').strip()}”." if code else ""
        return f"It is a web page or XML, as servers answer with when a download fails.{quote} Fetch the bill again."
    return None


def is_excel(members: list[str]) -> bool:
    """Whether a zip archive with these members is an Excel workbook."""
    return any(name in _EXCEL for name in members)


def text_of_two_bytes(start: bytes) -> str | None:
    """The encoding of UTF-16 without a byte order mark, by the zero bytes of plain letters; None for other text."""
    head = start[:64]
    if len(head) < 8 or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    even, odd = head[0::2], head[1::2]
    if not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if not any(even) and all(odd) else None
