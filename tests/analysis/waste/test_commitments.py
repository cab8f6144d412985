"""Commitments that are missing and commitments that are unused."""

from datetime import date, timedelta

import pytest

from analysis.waste.commitments import CommitmentUse, OnDemand, uncovered, unused
from tests.analysis.waste.builders import TODAY


def test_steady_hourly_use_is_a_commitment_gap():
    """What nine days in ten reach; the saving is known with the provider's discount only."""
    days = {TODAY - timedelta(day): 50.0 if day % 7 else 20.0 for day in range(1, 61)}
    known, unknown = uncovered([OnDemand("EC2", days, "USD", 0.27), OnDemand("EC2", days, "USD")], TODAY)
    steady = known.evidence["arithmetic"]["steady_a_day"]
    assert 20 <= steady <= 50
    assert known.monthly_savings == pytest.approx(steady * 365.25 / 12 * 0.27, abs=0.01)
    assert unknown.monthly_savings is None
    assert unknown.missing
    assert uncovered([OnDemand("new", {TODAY - timedelta(1): 50.0}, "USD", 0.3)], TODAY) == []


def test_an_unused_commitment_is_shown_and_promises_nothing():
    """The money is spent; 2 % of slack is no finding."""
    paid = {TODAY - timedelta(day): 10.0 for day in range(1, 61)}
    idle = dict.fromkeys(paid, 4.0)
    found = unused([CommitmentUse("sp-1", "shared", paid, idle, "USD", date(2027, 3, 1))], TODAY)
    assert (found[0].kind, found[0].monthly_savings) == ("commitment_unused", None)
    assert "40%" in found[0].evidence["summary"]
    assert "2027-03-01" in found[0].evidence["summary"]
    assert unused([CommitmentUse("sp-1", "shared", paid, dict.fromkeys(paid, 0.2), "USD")], TODAY) == []
