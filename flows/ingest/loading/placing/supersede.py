"""What a staged leaf does to what stands: which accounts and periods it replaces, which it leaves, and when it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from analysis.wording.formatting import exact
from config.sections.bills import Holding
from flows.ingest.loading import datasets
from flows.ingest.loading.placing.copies import Dropped, File, drop_copies
from flows.ingest.loading.placing.identity import Accounts, labels, same_provider
from flows.ingest.loading.placing.lake_files import keep_but_loads, keep_standing
from flows.ingest.loading.placing.replace import Replaced, missing_days, take_over
from flows.ingest.loading.placing.staging import Leaf, line_items
from flows.ingest.loading.placing.standing import MEASURES, Cost, Part, cost_of, elsewhere, of_source, staged
from flows.ingest.loading.result import StandingTotals, standing_of
from lake.writer import Writer

_HOLDING = Holding()
ADVICE = "Give all files of the period together; if this is right as it is, load it with --accept-shrink."
ADVICE_CLOSED = "If the bill was corrected after its close, load it with --accept-shrink."


@dataclass(frozen=True)
class Choices:
    """What whoever loads has decided: to take accounts over from other sources, to accept what would be held, to add
    only; and when a delivery is held.
    """

    take_over: bool = False
    accept_shrink: bool = False
    append: bool = False
    holding: Holding = _HOLDING
    today: date = date.max


@dataclass(frozen=True)
class LeafChange:
    """A leaf as it will stand: its parts, what stood before, and which files' rows were left out as copies."""

    leaf: Leaf
    parts: tuple[Part, ...]
    before: tuple[Part, ...]
    dropped: tuple[Dropped, ...]

    @property
    def replaced(self) -> Replaced | None:
        """What stood before in the source and month."""
        if not self.before:
            return None
        rows = sum(part.rows for part in self.before)
        delivered = [part for part in self.parts if part.load in self.leaf.loads]
        again = [old for old in self.before if any(old.overlaps(part) for part in delivered)]
        now = [part for part in self.parts if any(part.overlaps(old) for old in again)]
        costs = cost_of(self.before), cost_of(again), cost_of(now)
        return Replaced(self.leaf.source_id, self.leaf.month, rows, *costs)


def standing_after(changes: Sequence[LeafChange]) -> tuple[StandingTotals, ...]:
    """The periods of a delivery over all its sources, as they will stand and stood before."""
    stands: dict[str, list[Part]] = {}
    stood: dict[str, list[Part]] = {}
    for change in changes:
        stands.setdefault(change.leaf.month, []).extend(change.parts)
        stood.setdefault(change.leaf.month, []).extend(change.before)
    now, before = ({month: cost_of(parts) for month, parts in costs.items()} for costs in (stands, stood))
    return standing_of(now, before)


def question(held: str) -> str:
    """What a held load asks, without what somebody at a command line can do about it."""
    return held.removesuffix(ADVICE).removesuffix(ADVICE_CLOSED).strip()


class HeldError(Exception):
    """The delivery waits for a person's word; the message says why and how to go on."""


class OtherSourceError(Exception):
    """Accounts of the delivery stand under another source; the message names both."""


def prepare(
    connection: sa.Connection,
    writer: Writer,
    leaf: Leaf,
    files: Mapping[int, File],
    accounts: Accounts,
    choices: Choices,
    same_paths: Sequence[int] = (),
) -> LeafChange:
    """Bring a leaf to what will stand; raises `OverlapError`, `OtherSourceError` or `HeldError`.

    `same_paths` are earlier loads of the same files, which an appended file replaces.
    """
    dropped = drop_copies(writer, leaf, files)
    new = _parts(writer, leaf, accounts)
    _resolve_other_sources(connection, writer, leaf, new, choices)
    before = of_source(connection, leaf)
    if choices.append:
        keep_but_loads(connection, writer, leaf, before, same_paths)
        parts = _parts(writer, leaf, accounts) if before else new
    else:
        standing = [old for old in before if not any(old.overlaps(part) for part in new)]
        keep_standing(connection, writer, leaf, standing)
        parts = [*new, *standing]
    if before and not choices.accept_shrink:
        gone = missing_days(connection, writer, leaf)
        _hold_what_shrinks(leaf, before, parts, gone, Decimal(str(choices.holding.shrink_percent)) / 100)
        _hold_what_is_closed(connection, before, parts, choices)
    return LeafChange(leaf, tuple(parts), tuple(before), tuple(dropped))


def _parts(writer: Writer, leaf: Leaf, accounts: Accounts) -> list[Part]:
    with line_items(writer.place, leaf) as engine:
        return [_with_provider(part, accounts) for part in staged(engine, leaf)]


def _with_provider(part: Part, accounts: Accounts) -> Part:
    return replace(part, provider=accounts.provider_of(part.account)) if not part.provider else part


def _resolve_other_sources(
    connection: sa.Connection, writer: Writer, leaf: Leaf, new: Sequence[Part], choices: Choices
) -> None:
    others = [
        part
        for part in elsewhere(connection, leaf, {part.account for part in new})
        if any(part.overlaps(one) and same_provider(part.provider, one.provider) for one in new)
    ]
    if others and not choices.take_over:
        names = ", ".join(sorted({part.source for part in others}))
        what = labels((part.account, f"{part.start:%Y-%m}") for part in others)
        raise OtherSourceError(
            f"The bill of {what} stands already, loaded as the source {names!r}; loaded under a second one it would "
            "count twice. "
            f"Load it as {names!r}, or give --take-over to move it."
        )
    take_over(connection, writer, others)


def _hold_what_shrinks(
    leaf: Leaf,
    before: Sequence[Part],
    parts: Sequence[Part],
    gone: Mapping[str, tuple[int, Decimal]],
    share: Decimal,
) -> None:
    old, now = cost_of(before), cost_of(parts)
    for currency, amounts in old.items():
        stood = max(abs(amounts["billed"]), abs(amounts["effective"]))
        measure = "billed" if abs(amounts["billed"]) >= abs(amounts["effective"]) else "effective"
        stands = now.get(currency, {}).get(measure, Decimal(0))
        days, cost = gone.get(currency, (0, Decimal(0)))
        if amounts[measure] - stands > share * stood:
            raise HeldError(_question(leaf, currency, amounts[measure], stands, days))
        if cost > share * max(abs(amounts["effective"]), Decimal("0.01")):
            raise HeldError(_question(leaf, currency, amounts[measure], stands, days))


def _question(leaf: Leaf, currency: str, stood: Decimal, stands: Decimal, days: int) -> str:
    gone = f", and {days} days of it would be gone" if days else ""
    return (
        f"Held back: {leaf.month} stands with {exact(stood, currency)} {currency} and would stand with "
        f"{exact(stands, currency)} {currency}{gone}. Nothing was changed. {ADVICE}"
    )


def _hold_what_is_closed(
    connection: sa.Connection, before: Sequence[Part], parts: Sequence[Part], choices: Choices
) -> None:
    """A period that the provider, or the setting, calls closed keeps its figures until somebody accepts others."""
    days = choices.holding.closed_after_days
    closed = datasets.closed_periods(connection, before)
    for old in before:
        over = days is not None and old.end.date() + timedelta(days=days) <= choices.today
        if not over and (old.provider, old.start.date()) not in closed:
            continue
        same = [one for one in parts if one.overlaps(old) and one.currency == old.currency]
        now = cost_of(same).get(old.currency, dict.fromkeys(MEASURES, Decimal(0)))
        if any(now[measure] != old.amounts[measure] for measure in MEASURES):
            raise HeldError(
                f"Held back: {old.start:%Y-%m} of {old.account} is closed and stands with "
                f"{exact(old.amounts['billed'], old.currency)} {old.currency} billed; it would stand with "
                f"{exact(now['billed'], old.currency)} {old.currency}. Nothing was changed. {ADVICE_CLOSED}"
            )


def total(costs: Sequence[Cost]) -> Cost:
    """The sum of costs by currency."""
    sums: Cost = {}
    for cost in costs:
        for currency, amounts in cost.items():
            into = sums.setdefault(currency, dict.fromkeys(amounts, Decimal(0)))
            for name, amount in amounts.items():
                into[name] += amount
    return sums
