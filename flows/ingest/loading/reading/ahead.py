"""Steps that overlap: the next piece is read while this one is checked, and this one while the last is written."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Generator[T]) -> Iterator[T]:
    """The items, each made in a thread while the one before is used; what making them raises is raised here."""
    try:
        with ThreadPoolExecutor(1, "ahead") as pool:
            waiting: Future[Any] = pool.submit(next, items, _END)
            while (item := waiting.result()) is not _END:
                waiting = pool.submit(next, items, _END)
                yield item
    finally:
        items.close()


@contextmanager
def behind() -> Iterator[Callable[..., None]]:
    """A function that lets calls be made in a thread, one after the other and at most one waiting; what a call raises
    is raised by the next one or at the end of the block.
    """
    with ThreadPoolExecutor(1, "behind") as pool:
        running: list[Future[Any]] = []

        def call(function: Callable[..., object], *values: object) -> None:
            if running:
                running.pop().result()
            running.append(pool.submit(function, *values))

        yield call
        if running:
            running.pop().result()
