"""Which billing month a file holds, by the path that its exporter gave it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath

# AWS and Azure name a period's folder by its first and last day, AWS Data Exports and Athena by a partition
_DAYS = re.compile(r"(20\d\d)(0[1-9]|1[0-2])\d\d-20\d{6}", re.ASCII)
_PARTITION = re.compile(r"[\w-]*period[\w-]*=(20\d\d)-(0[1-9]|1[0-2])\b", re.ASCII | re.IGNORECASE)
_YEAR = re.compile(r"(?:year=)?(20\d\d)", re.ASCII | re.IGNORECASE)
_MONTH_BELOW = re.compile(r"(?:month=)?(0?[1-9]|1[0-2])", re.ASCII | re.IGNORECASE)
_WRITTEN = re.compile(r"(?<!\d)(20\d\d)[-_](0[1-9]|1[0-2])(?!\d)", re.ASCII)
_COMPACT = re.compile(r"(?<![0-9A-Za-z])(20\d\d)(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?![0-9A-Za-z])", re.ASCII)


def named(label: str) -> tuple[str, ...]:
    """The months (`YYYY-MM`) that a path names, sorted; none where it names none.

    A folder of the period says it best, then the file's name, then any other folder, from the innermost outwards.
    """
    *folders, name = PurePosixPath(label).parts or ("",)
    inwards = folders[::-1]
    for found in (
        *(_of_period(folder) for folder in inwards),
        *(_below(year, month) for month, year in pairwise(inwards)),
        _within(name),
        *(_within(folder) for folder in inwards),
    ):
        if months := sorted(set(found)):
            return tuple(months)
    return ()


def _of_period(folder: str) -> Iterator[str]:
    for pattern in (_DAYS, _PARTITION):
        if match := pattern.fullmatch(folder) or (pattern is _PARTITION and pattern.match(folder)):
            yield f"{match[1]}-{match[2]}"


def _below(year: str, month: str) -> Iterator[str]:
    """A month's folder in that of its year."""
    if (above := _YEAR.fullmatch(year)) and (below := _MONTH_BELOW.fullmatch(month)):
        yield f"{above[1]}-{int(below[1]):02d}"


def _within(name: str) -> Iterator[str]:
    for pattern in (_WRITTEN, _COMPACT):
        for match in pattern.finditer(name):
            yield f"{match[1]}-{match[2]}"
