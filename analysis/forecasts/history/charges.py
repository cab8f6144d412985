"""Charges that come back by a rule of the calendar: taken out before the models see them, put back on the days to come.

What is cleaned away as a spike would else be missing from every total: a fee on the 15th, a job every ten days.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analysis.forecasts.history.calendar import Calendar
from analysis.forecasts.history.cleaning import running_median
from analysis.forecasts.series import Floats

Flags = npt.NDArray[np.bool_]
STANDS_OUT = 0.5  # share of the usual day from which a day may hold a charge
SIGMAS = 6.0  # robust standard deviations it must stand out by
LOW = 0.3  # quantile of a weekday that is its usual: every second week may hold the charge
CARRIED = 0.6  # share of a rule's recent days that must have held a charge, or the rule says nothing
CHANCE = 3.0  # standard deviations above what chance would have put on its days
RECENT, QUARTERS = 100, 400  # days that count for it; for rules of a quarter
LEAST = 2  # charges that make a rule
SHORTEST, LONGEST = 3, 45  # days between charges that are equally far apart
RULES = 4  # a series
LATEST = 7  # charges whose mean is the next one: one on each weekday, where they are ten days apart
ODD = 1.5  # times or part of their median beyond which a charge counts as no more


@dataclass(frozen=True)
class Charges:
    """Of one series: past days that held a recurring charge, and what is due on the days to come, in currency."""

    held: Flags
    ahead: Floats


def calendar_rules(calendar: Calendar) -> tuple[Flags, Flags]:
    """Which days each rule makes due (rules x days, past and future), and which rules are of a quarter."""
    days = calendar.days
    number = np.array([day.day for day in days])
    left = np.array([monthrange(day.year, day.month)[1] - day.day for day in days])
    weekday, month = calendar.weekday, np.array([day.month for day in days])
    working = [_first_working(day) for day in days]
    last_working = (weekday < 5) & ((left == 0) | ((weekday == 4) & (left <= 2)))
    monthly = [number == day for day in range(1, 32)] + [left == day for day in range(5)]
    monthly += [np.array(working), last_working]
    weekly = [(weekday == day) & ((number - 1) // 7 == nth) for day in range(7) for nth in range(5)]
    weekly += [(weekday == day) & (left < 7) for day in range(7)]
    of_quarter = [rule & (month % 3 == rest) for rule in monthly for rest in range(3)]
    masks = np.array([*monthly, *weekly, *of_quarter])
    return masks, np.arange(len(masks)) >= len(monthly) + len(weekly)


def _first_working(day: date) -> bool:
    return day.weekday() < 5 and (day.day == 1 or (day.weekday() == 0 and day.day <= 3))


def recurring_charges(cost: Floats, rules: tuple[Flags, Flags], calendar: Calendar) -> Charges | None:
    """The recurring charges of one series of costs, whose days are the first of the calendar; None without any."""
    if not np.isfinite(cost).any() or np.nanmedian(cost) <= 0:
        return None
    days, usual = len(cost), _usual(cost, calendar)
    excess = np.nan_to_num(cost - usual)
    known = np.isfinite(cost) & (usual > 0)
    if not known.any():
        return None
    spread = 1.4826 * float(np.median(np.abs(excess[known] / usual[known])))
    lump = known & (excess > max(SIGMAS * spread, STANDS_OUT) * usual)
    held, ahead = np.zeros(days, dtype=bool), np.zeros(len(calendar) - days)
    for _ in range(RULES):
        due = _best_rule(lump & ~held, rules, len(calendar))
        if due is None:
            break
        mine = np.flatnonzero(lump & ~held & due[:days])
        latest = np.flatnonzero(due[:days])[-LATEST:]
        share = float(lump[latest].mean())
        ahead += due[days:] * _next(excess[mine[-LATEST:]]) * (1.0 if share > 0.8 else share)
        held[mine] = True
    return Charges(held, ahead) if held.any() else None


def _next(amounts: Floats) -> float:
    """The next charge, from the latest ones: their mean, in which none counts for more than is common."""
    middle = float(np.median(amounts))
    return float(np.clip(amounts, middle / ODD, middle * ODD).mean())


def _usual(cost: Floats, calendar: Calendar) -> Floats:
    """The level of the days around, with the weekday's part."""
    at = np.arange(len(cost))
    known = np.isfinite(cost)
    filled = np.interp(at, at[known], cost[known])
    level = np.maximum(running_median(filled[:, None])[:, 0], 0.0)
    ratio = np.divide(filled, level, out=np.zeros(len(level)), where=level > 0)
    usual = level.copy()
    for day in range(7):
        mine = calendar.weekday[: len(cost)] == day
        if mine.any():
            usual[mine] *= np.quantile(ratio[mine], LOW)
    return usual


def _best_rule(lump: Flags, rules: tuple[Flags, Flags], total: int) -> Flags | None:
    """The due days of the rule that explains the most charges and was not contradicted lately, or None."""
    days = len(lump)
    if lump.sum() < LEAST:
        return None
    masks, quarterly = rules
    spaced = _spaced(lump, total)
    if spaced is not None:
        masks, quarterly = np.vstack([masks, spaced]), np.append(quarterly, False)
    recent = np.where(quarterly, min(QUARTERS, days), min(RECENT, days))
    window = np.arange(days) >= days - recent[:, None]
    due = masks[:, :days] & window
    hits = (due & lump).sum(axis=1)
    count = np.maximum(due.sum(axis=1), 1)
    common = float(lump[-RECENT:].mean())  # where lumps are on many days, many rules meet some by chance
    by_chance = common + CHANCE * np.sqrt(common * (1 - common) / count)
    good = (hits >= LEAST) & (hits >= np.maximum(CARRIED, by_chance) * count)
    if not good.any():
        return None
    explained = np.where(good, (masks[:, :days] & lump).sum(axis=1) + hits / np.maximum(due.sum(axis=1), 1) / 2, -1.0)
    return np.asarray(masks[int(np.argmax(explained))])


def _spaced(lump: Flags, total: int) -> Flags | None:
    """Days as far apart as the last three charges were, or None where they were not equally far apart."""
    at = np.flatnonzero(lump)[-3:]
    if len(at) < 3 or at[2] - at[1] != at[1] - at[0] or not SHORTEST <= at[2] - at[1] <= LONGEST:
        return None
    return np.asarray((np.arange(total) - at[2]) % (at[2] - at[1]) == 0)
