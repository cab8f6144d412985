"""The rows of files for sums of our own."""

from decimal import Decimal

import pytest

from config.errors import UserError
from lake.place import Place
from lake.rows import opened
from lake.writer import Writer
from tests.lake.conftest import COLUMNS, frame


def _written(place: Place) -> Writer:
    writer = Writer(place)
    writer.add(1, "2026-09", 7, frame(3))
    writer.add(1, "2026-09", 8, frame(2, account="5000"))
    writer.flush()
    return writer


def test_rows_know_their_load(place: Place) -> None:
    """Every decimal of them counts."""
    with opened(place, _written(place).files, COLUMNS) as engine:
        found = engine.execute("SELECT load_id, count(*), sum(effective_cost) FROM line_items GROUP BY 1 ORDER BY 1")
        assert found.fetchall() == [(7, 3, Decimal("3.000000000000000003")), (8, 2, Decimal("2.000000000000000002"))]


def test_no_files_are_no_rows(place: Place) -> None:
    with opened(place, [], COLUMNS) as engine:
        assert engine.execute("SELECT count(*), sum(effective_cost), max(load_id) FROM line_items").fetchall() == [
            (0, None, None)
        ]


def test_files_that_are_gone_are_named(place: Place) -> None:
    """With their month: fewer rows would be a wrong sum."""
    files = _written(place).files
    place.delete(files[0].path)
    with pytest.raises(UserError, match="Line items of 2026-09 are gone"), opened(place, files, COLUMNS):
        pass


def test_a_file_without_some_accounts(place: Place) -> None:
    """The rest is written anew; the file itself stays as it is until it is dropped."""
    writer = Writer(place)
    for number in range(30):
        writer.add(1, "2026-09", 7, frame(2, account=f"a{number:02}"))
    writer.flush()
    (shared,) = writer.files
    rest = writer.without(shared, {"a00", "a07"})
    assert (rest.rows, len(rest.accounts), rest.load_id) == (56, 28, 7)
    assert place.missing([shared.path, rest.path]) == []
    writer.drop(shared)
    assert place.missing([shared.path, rest.path]) == [shared.path]
    assert writer.files == [rest]
