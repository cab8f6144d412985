"""What may be read: the reporting views as the guard sees them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from db.reporting.charges_view import CHARGES
from db.reporting.views import VIEWS

SCHEMA = "reporting"
_MANY_ROWS = 1_000_000.0
_FEW_ROWS = {"budgets": 100.0, "data_freshness": 10.0}
_SOME_ROWS = {"resources", "forecasts", "insights", "recommendations", "remediations", "savings", "prices"}


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _View(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Iterable[_Named]: ...
    @property
    def visible(self) -> str | None: ...


@dataclass(frozen=True)
class Relation:
    """A view: its columns in order, the SQL condition on `{teams}` that narrows
    it (None: everybody may see all), and a guess at its rows.
    """

    name: str
    columns: tuple[str, ...]
    visible: str | None
    rows: float = _MANY_ROWS


@dataclass(frozen=True)
class Catalog:
    """The views of one schema by name: nothing else exists for a question."""

    relations: Mapping[str, Relation]
    schema: str = SCHEMA


def from_views(views: Iterable[_View]) -> Catalog:
    """The catalogue of these views."""
    return Catalog(
        {v.name: Relation(v.name, tuple(column.name for column in v.columns), v.visible, _rows(v.name)) for v in views},
    )


def _rows(name: str) -> float:
    return _FEW_ROWS.get(name, 100_000.0 if name in _SOME_ROWS else _MANY_ROWS)


@cache
def reporting() -> Catalog:
    """The catalogue of `db.reporting.views`, and the line items."""
    return from_views((*VIEWS, CHARGES))
