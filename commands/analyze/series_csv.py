"""Series in a CSV file of one's own: the columns series, timestamp (ISO 8601)
and value, in any order and with others between.
"""

import csv
import itertools
import math
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from config.errors import UserError

COLUMNS = ("series", "timestamp", "value")
DELIMITERS = ",;\t"
UNKNOWN = ("", "nan", "null", "none", "na", "n/a")  # ways of writing a value that is missing
DAY = timedelta(days=1)


@dataclass
class Rows:
    """One series as its file has it, in the file's order: when (as written),
    how much (NaN where unknown), on which line.
    """

    stamps: list[str] = field(default_factory=list)
    values: "array[float]" = field(default_factory=lambda: array("d"))
    lines: "array[int]" = field(default_factory=lambda: array("L"))


@dataclass
class SeriesFile:
    """A file's series by name in the file's order, and the moment of every
    stamp, with its offset where one is written.
    """

    path: Path
    series: dict[str, Rows] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)

    def step(self, name: str) -> timedelta:
        """The commonest distance of a series' first points, a day at most."""
        first = sorted(utc(self.moments[stamp]) for stamp in self.series[name].stamps[:5000])[:50]
        distances = Counter(after - before for before, after in itertools.pairwise(first))
        return min(DAY, distances.most_common(1)[0][0]) if distances else DAY


def rounded(value: float) -> float:
    """Four decimals, or six significant digits where the amount is a fraction of one: micro-dollars stay visible."""
    return round(value, 4) if abs(value) >= 1 else float(f"{value:.6g}")


def utc(moment: datetime) -> datetime:
    """The moment in UTC without an offset; one without an offset is taken as UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def read_series(path: Path) -> SeriesFile:
    """The file's series; `UserError` names the line of anything else."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _filled(SeriesFile(path), file)
    except FileNotFoundError:
        raise UserError(f"There is no file {path}; give a CSV with the columns {', '.join(COLUMNS)}.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}. Give the path of a CSV file.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text. Save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise UserError(f"{path} is not CSV: {error}.") from error


def _filled(series_file: SeriesFile, file: TextIO) -> SeriesFile:
    header = file.readline()
    delimiter = max(DELIMITERS, key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    if missing := [column for column in COLUMNS if column not in names]:
        raise UserError(
            f"{series_file.path}, line 1: the column {missing[0]} is missing; the columns needed are "
            f"{', '.join(COLUMNS)}."
        )
    places = [names.index(column) for column in COLUMNS]
    reader = csv.reader(file, delimiter=delimiter)
    for row in reader:
        if not row:
            continue
        place = f"{series_file.path}, line {reader.line_num + 1}"
        if len(row) <= max(places):
            raise UserError(f"{place}: a series, a timestamp and a value are needed, there are only {len(row)} fields.")
        name, stamp, value = (row[index].strip() for index in places)
        if not name:
            raise UserError(f"{place}: the series has no name.")
        if stamp not in series_file.moments:
            series_file.moments[stamp] = _moment(stamp, place)
        rows = series_file.series.setdefault(name, Rows())
        rows.stamps.append(stamp)
        rows.values.append(_value(value, place))
        rows.lines.append(reader.line_num + 1)
    for problem in _twice(series_file):
        raise UserError(problem)
    return series_file


def _moment(text: str, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        utc(moment)
    except (ValueError, OverflowError):
        raise UserError(
            f"{place}: {text[:40]!r} is not a timestamp; write it as 2026-01-31 or 2026-01-31T00:00:00Z."
        ) from None
    return moment


def _value(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        if text.lower() in UNKNOWN:
            return math.nan
        raise UserError(
            f"{place}: {text[:40]!r} is not a number; write the cost like 1234.56, or leave it empty where it is "
            "unknown."
        ) from None
    if math.isinf(value):
        raise UserError(f"{place}: {text[:40]!r} is not a finite number.")
    return value


def _twice(series_file: SeriesFile) -> Iterator[str]:
    for name, rows in series_file.series.items():
        if len(set(rows.stamps)) == len(rows.stamps):
            continue
        earlier: set[str] = set()
        for stamp, line in zip(rows.stamps, rows.lines, strict=True):
            if stamp in earlier:
                yield f"{series_file.path}, line {line}: {name} has {stamp} twice. Add the values up or remove one."
            earlier.add(stamp)
