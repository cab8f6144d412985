"""Steps that overlap keep their order and their faults."""

from collections.abc import Generator

import pytest

from flows.ingest.loading.reading.ahead import ahead, behind


def _numbers(closed: list[bool], fault: int | None = None) -> Generator[int]:
    try:
        for number in range(5):
            if number == fault:
                raise ValueError(number)
            yield number
    finally:
        closed.append(True)


def test_items_come_in_order_and_the_source_is_closed() -> None:
    closed: list[bool] = []
    assert list(ahead(_numbers(closed))) == [0, 1, 2, 3, 4]
    assert closed == [True]


def test_who_stops_early_closes_the_source() -> None:
    """A file that is read no further is not left open."""
    closed: list[bool] = []
    items = ahead(_numbers(closed))
    assert next(iter(items)) == 0
    items.close()
    assert closed == [True]


def test_what_reading_raises_is_raised_here() -> None:
    items = ahead(_numbers([], fault=3))
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(items)


def test_calls_are_made_in_order_and_their_fault_is_raised() -> None:
    """By the next call, or at the end of the block."""
    made: list[int] = []

    def make(number: int) -> None:
        if number == 2:
            raise ValueError(number)
        made.append(number)

    with behind() as call:
        for number in (0, 1):
            call(make, number)
    assert made == [0, 1]
    with pytest.raises(ValueError, match="2"), behind() as call:
        call(make, 2)
