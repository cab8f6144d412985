"""Progress of long work, on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many bytes are done and how many there are; 0 of 0 where that is not known."""


@contextmanager
def silent() -> Iterator[Progress]:
    """Says nothing."""
    yield lambda _what, _done, _total: None


@contextmanager
def bar() -> Iterator[Progress]:
    """A progress bar for a terminal."""
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import Progress as RichProgress  # noqa: PLC0415 - only a terminal needs it

    with RichProgress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as rich:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = rich.add_task(what, total=total or None, amount="")
            rich.update(
                tasks[what], completed=done, amount=f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB" if total else ""
            )

        yield show
