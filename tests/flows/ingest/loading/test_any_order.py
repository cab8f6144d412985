"""Whatever way a bill comes in, its totals are those of the last delivery that was taken."""

from decimal import Decimal
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.organisation import Organisation
from db.database import Database
from tests.flows.conftest import Bill, Load, all_rows, rows

_EXAMPLES = count()  # each has billing accounts of its own
_MONTHS = ("2026-08", "2026-09")
_DAYS = 4
_STANDING = """
    SELECT billing_account_id, to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM'), billed_cost
    FROM finops.billed_periods WHERE billing_account_id = ANY(:accounts)"""
_SUMS = "SELECT sum(billed_cost) FROM finops.daily_costs WHERE billing_account = ANY(:accounts)"

Period = tuple[int, str]  # an account's number and a month
Days = dict[str, Decimal]
"""Billed cost of each day of a period."""
Delivery = tuple[dict[Period, tuple[int, int]], int, int, bool]
"""What a delivery holds: version and first day of each period; files, seed of their order, one given twice."""

deliveries: st.SearchStrategy[Delivery] = st.tuples(
    st.dictionaries(
        st.tuples(st.integers(0, 1), st.sampled_from(_MONTHS)),
        st.tuples(st.integers(1, 3), st.integers(0, 2)),
        min_size=1,
    ),
    st.integers(1, 3),
    st.integers(0, 5),
    st.booleans(),
)


def _charges(account: str, month: str, version: int, first: int) -> list[dict[str, str]]:
    return [
        charge
        for day in range(first + 1, _DAYS + 1)
        for charge in rows(
            2,
            BillingAccountId=account,
            BillingAccountName=account,
            BillingPeriodStart=f"{month}-01T00:00:00Z",
            BillingPeriodEnd=f"2026-{int(month[-2:]) + 1:02}-01T00:00:00Z",
            ChargePeriodStart=f"{month}-{day:02}T00:00:00Z",
            ChargePeriodEnd=f"{month}-{day + 1:02}T00:00:00Z",
            BilledCost=f"{version}.0{day}",
        )
    ]


def _files(bill: Bill, charges: list[dict[str, str]], parts: int, seed: int, twice: bool) -> list[Path]:
    """Several accounts a file; the names of files change from one delivery to the next."""
    files = [bill(charges[part::parts], f"{seed}-{part}.csv") for part in range(parts) if charges[part::parts]]
    if twice:
        files.append(bill(charges[0::parts], "again.csv"))
    turn = seed % len(files)
    return [*files[turn:], *files[:turn]]


def _by_day(charges: list[dict[str, str]]) -> Days:
    sums: Days = {}
    for charge in charges:
        day = charge["ChargePeriodStart"]
        sums[day] = sums.get(day, Decimal(0)) + Decimal(charge["BilledCost"])
    return sums


def _asks(stood: Days, new: Days) -> bool:
    """Whether more than a fifth of a period would be gone: of its cost, or of its days, which are equally dear."""
    before, after = sum(stood.values()), sum(new.values())
    return 5 * (before - after) > before or 5 * len(stood.keys() - new.keys()) > len(stood)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(deliveries, min_size=1, max_size=4))
def test_any_split_order_repetition_and_restatement(
    load: Load, bill: Bill, clean_database: Database, steps: list[Delivery]
) -> None:
    """Split over files, in any order, one of them twice, other versions later, periods that lose their first days: what
    stands is the last delivery that was taken. One that takes more than a fifth from a period is held as a whole and
    changes nothing; every other one is taken.
    """
    example = next(_EXAMPLES)
    accounts = [f"{example}-{number}" for number in range(2)]
    expected: dict[tuple[str, str], Days] = {}
    for periods, parts, seed, twice in steps:
        charges: list[dict[str, str]] = []
        delivered: dict[tuple[str, str], Days] = {}
        for (number, month), (version, first) in periods.items():
            mine = _charges(accounts[number], month, version, first)
            delivered[accounts[number], month] = _by_day(mine)
            charges += mine
        asks = any(_asks(expected[period], days) for period, days in delivered.items() if period in expected)
        result = load(*_files(bill, charges, parts, seed, twice))
        assert {one.status for one in result.loads} <= ({"held"} if asks else {"loaded", "unchanged"})
        if not asks:
            expected |= delivered
        totals = {period: sum(days.values(), Decimal(0)) for period, days in expected.items()}
        standing = {
            (account, month): billed
            for account, month, billed in all_rows(clean_database, _STANDING, accounts=accounts)
        }
        assert standing == totals
        assert all_rows(clean_database, _SUMS, accounts=accounts) == [(sum(totals.values()),)]


Added = tuple[int, int, int]
"""A file of a source to which files add: its day, its version, and a name that is no part of what it is."""


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(1, _DAYS), st.integers(1, 2), st.integers(0, 1)),
            min_size=1,
            max_size=3,
            unique_by=lambda added: added[0],
        ),
        min_size=1,
        max_size=4,
    )
)
def test_files_that_add_to_their_month(
    load: Load, bill: Bill, clean_database: Database, steps: list[list[Added]]
) -> None:
    """A file a day, of two accounts, in any order, again, restated under its own name, moved to another folder: a file
    counts once, by its path or its contents, with what it said last.
    """
    example = next(_EXAMPLES)
    accounts = [f"added-{example}-{number}" for number in range(2)]
    organisation = Organisation.model_validate(
        {"sources": [{"name": f"daily-{example}", "paths": "/nowhere", "mode": "append"}]}
    )
    stands: dict[tuple[int, int], Days] = {}  # by day and name
    for step in steps:
        files = []
        for day, version, name in step:
            charges = [one for account in accounts for one in _of_day(account, day, version)]
            files.append(bill(charges, f"{name}-{day}.csv"))
            same = [key for key in stands if key[0] == day and (key[1] == name or stands[key] == _by_day(charges))]
            for key in same:
                del stands[key]
            stands[day, name] = _by_day(charges)
        result = load(*files, organisation=organisation, source=f"daily-{example}", accept_shrink=True)
        assert {one.status for one in result.loads} <= {"loaded", "unchanged"}
        total = sum((cost for days in stands.values() for cost in days.values()), Decimal(0))
        assert all_rows(clean_database, _SUMS, accounts=accounts) == [(total,)]


def _of_day(account: str, day: int, version: int) -> list[dict[str, str]]:
    start = f"2026-09-{day:02}T00:00:00Z"
    return [one for one in _charges(account, "2026-09", version, 0) if one["ChargePeriodStart"] == start]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 3), st.booleans()), min_size=2, max_size=5))
def test_a_bill_by_two_roads(
    load: Load, bill: Bill, clean_database: Database, steps: list[tuple[int, int, bool]]
) -> None:
    """An account's month under one of two sources, moved to the other when told to, else refused: it never counts
    twice.
    """
    example = next(_EXAMPLES)
    account = f"road-{example}"
    owner: int | None = None
    total: Decimal | None = None
    for road, version, take_over in steps:
        charges = _charges(account, "2026-09", version, 0)
        result = load(
            bill(charges, f"{version}.csv"),
            source=f"road-{example}-{road}",
            take_over=take_over,
            accept_shrink=True,
        )
        if owner in (None, road) or take_over:
            assert {one.status for one in result.loads} <= {"loaded", "unchanged"}
            owner, total = road, sum(_by_day(charges).values(), Decimal(0))
        elif result.loads[0].status != "unchanged":  # the very bytes that stand are nothing new by any road
            assert "--take-over" in (result.loads[0].error or "")
        assert all_rows(clean_database, _SUMS, accounts=[account]) == [(total,)]
