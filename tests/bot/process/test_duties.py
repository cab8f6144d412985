"""Background duties: each when it is due, later after a failure, and none ends another."""

import pytest
from prometheus_client import REGISTRY

from bot.process.duties import Duty, failing, perform_all


class Work:
    """Counts how often it was done; fails while it is told to."""

    def __init__(self) -> None:
        self.done, self.broken = 0, False

    def __call__(self) -> None:
        self.done += 1
        if self.broken:
            raise RuntimeError("planted")


def times(duty: Duty, work: Work, moments: range) -> list[int]:
    """The seconds at which the work was done."""
    found = []
    for now in moments:
        before = work.done
        duty.perform(float(now))
        found += [now] * (work.done - before)
    return found


def test_a_duty_is_done_as_often_as_it_says() -> None:
    work = Work()
    assert times(Duty("sweep", 5, work), work, range(1, 18)) == [1, 6, 11, 16]


def test_after_failures_it_waits_longer_and_longer() -> None:
    """Twice, four, eight times its usual pause; then as before once it goes well."""
    work = Work()
    work.broken = True
    duty = Duty("sweep", 5, work)
    assert times(duty, work, range(1, 80)) == [1, 11, 31, 71]
    work.broken = False
    assert times(duty, work, range(80, 170)) == [151, 156, 161, 166]


@pytest.mark.parametrize(("every", "failures", "pause"), [(3600.0, 0, 300), (5.0, 30, 300), (0.0, 0, 2)])
def test_it_is_tried_again_within_five_minutes(every: float, failures: int, pause: int) -> None:
    """An hourly duty too, and one without a pause of its own does not spin."""
    work = Work()
    work.broken = True
    duty = Duty("sweep", every, work, failures=failures)
    assert times(duty, work, range(1, pause + 2)) == [1, 1 + pause]


def test_a_failing_duty_ends_no_other_and_is_counted() -> None:
    first, second = Work(), Work()
    first.broken = True
    duties = (Duty("test_first", 60, first), Duty("test_second", 60, second))
    perform_all(duties)
    assert (first.done, second.done) == (1, 1)
    assert failing(duties) == "failing: test_first (1 times)"
    assert REGISTRY.get_sample_value("finops_duty_failures_total", {"duty": "test_first"}) == 1
    assert REGISTRY.get_sample_value("finops_duty_failures_total", {"duty": "test_second"}) is None


def test_what_goes_well_again_is_no_longer_failing() -> None:
    work = Work()
    work.broken = True
    duty = Duty("sweep", 1, work)
    duty.perform(1.0)
    work.broken = False
    duty.perform(100.0)
    assert failing([duty]) is None


def test_only_an_exception_is_held() -> None:
    """A signal that ends the process ends it."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Duty("sweep", 1, interrupted).perform(1.0)
