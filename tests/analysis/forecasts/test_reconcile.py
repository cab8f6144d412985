"""Parts add up to their whole, each giving way as far as it was uncertain."""

from datetime import date

import numpy as np
import pytest

from analysis.forecasts.reconcile import add_up
from analysis.forecasts.series import Forecast

DAYS = 5


def forecast(cost: float, width: float, floor: float = 0.0) -> Forecast:
    """The same cost every day, give or take a width."""
    mean = np.full(DAYS, cost)
    low = np.maximum(mean - width, floor)
    return Forecast(date(2026, 3, 1), mean, low, mean + width, low, mean + 2 * width, "made up")


def test_parts_of_every_division_add_up_to_the_whole() -> None:
    teams, accounts = [forecast(60, 6), forecast(50, 3)], [forecast(95, 2), forecast(1, 1)]
    whole, (by_team, by_account) = add_up(forecast(100, 5), [teams, accounts])
    for parts in (by_team, by_account):
        assert np.allclose(sum(part.mean for part in parts), whole.mean)
    assert 96 < whole.mean[0] < 110


def test_the_uncertain_part_gives_way() -> None:
    _, ((sure, unsure),) = add_up(forecast(100, 0.1), [[forecast(50, 1), forecast(60, 10)]])
    assert sure.mean[0] == pytest.approx(50, abs=0.2)
    assert unsure.mean[0] == pytest.approx(50, abs=0.3)
    assert np.allclose(unsure.high_80 - unsure.mean, 10)


def test_the_least_squares_solution_is_that_of_the_textbook() -> None:
    """Against x - W C' (C W C')^-1 C x with all matrices written out."""
    whole, teams, accounts = forecast(100, 5), [forecast(60, 6), forecast(50, 3)], [forecast(80, 2), forecast(15, 4)]
    x = np.array([100, 60, 50, 80, 15.0])
    w = np.diag(np.array([5, 6, 3, 2, 4.0]) ** 2)
    c = np.array([[1, -1, -1, 0, 0], [1, 0, 0, -1, -1.0]])
    expected = x - w @ c.T @ np.linalg.inv(c @ w @ c.T) @ c @ x
    total, (by_team, by_account) = add_up(whole, [teams, accounts])
    got = [total.mean[0], *(part.mean[0] for part in (*by_team, *by_account))]
    assert np.allclose(got, expected)


def test_no_cost_falls_under_zero() -> None:
    whole, (parts,) = add_up(forecast(10, 0.1), [[forecast(2, 50), forecast(30, 1)]])
    assert min(part.mean.min() for part in parts) >= 0
    assert np.allclose(sum(part.mean for part in parts), whole.mean)


def test_without_parts_nothing_moves() -> None:
    whole, divisions = add_up(forecast(10, 1), [[]])
    assert (whole.mean == 10).all()
    assert divisions == [[]]
