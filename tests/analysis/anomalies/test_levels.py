"""One cause, one insight."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.anomalies.levels import ScopedFinding, causes


def test_a_cause_seen_everywhere_is_told_where_it_is_narrowest() -> None:
    """One service in one account grew; the total, the account, the service, the team and the region saw it too."""
    seen = [
        ScopedFinding({}, 1000),
        ScopedFinding({"account": "A"}, 990),
        ScopedFinding({"service": "EC2"}, 985),
        ScopedFinding({"team": "web"}, 950),
        ScopedFinding({"region": "eu"}, 960),
        ScopedFinding({"account": "A", "service": "EC2"}, 980),
    ]
    (cause,) = causes(seen)
    assert seen[cause.seen].scope == {"account": "A", "service": "EC2"}
    assert cause.same == (0, 1, 2, 3, 4)


def test_the_team_that_bears_it_is_told_before_the_account_it_happened_in() -> None:
    """Other teams' cost of the same account wobbles by a few per cent; what nobody owns is no team."""
    seen = [
        ScopedFinding({"account": "A", "service": "EC2"}, 1020),
        ScopedFinding({"service": "EC2", "team": "web"}, 1000),
        ScopedFinding({"account": "A"}, 1030),
    ]
    (cause,) = causes(seen)
    assert seen[cause.seen].scope == {"service": "EC2", "team": "web"}
    nobodys = [seen[0], ScopedFinding({"service": "EC2", "team": "unallocated"}, 1000)]
    assert [cause.seen for cause in causes(nobodys)] == [0]
    part = [seen[0], ScopedFinding({"service": "EC2", "team": "web"}, 800)]
    assert [cause.seen for cause in causes(part)] == [0]


def test_two_causes_stay_two() -> None:
    """Half of the total's growth each: both are told, the total is not."""
    seen = [
        ScopedFinding({}, 2000),
        ScopedFinding({"account": "A", "service": "EC2"}, 1100),
        ScopedFinding({"account": "B", "service": "RDS"}, 900),
    ]
    told = causes(seen)
    assert [cause.seen for cause in told] == [1, 2]
    assert told[0].same == (0,)


def test_growth_everywhere_is_told_of_the_whole() -> None:
    """Four accounts grew alike: the total explains it best."""
    seen = [ScopedFinding({}, 1000), *(ScopedFinding({"account": name}, 150) for name in "ABCD")]
    (cause,) = causes(seen)
    assert cause.seen == 0


def test_up_and_down_are_never_one_cause() -> None:
    """A service moved to another account: one fell, the other rose."""
    seen = [ScopedFinding({"account": "A"}, 500), ScopedFinding({"account": "B"}, -500)]
    assert [cause.seen for cause in causes(seen)] == [0, 1]


SCOPES = st.dictionaries(st.sampled_from(["account", "service", "team"]), st.sampled_from(["A", "B"]))


@given(st.lists(st.builds(ScopedFinding, SCOPES, st.floats(-1e6, 1e6).filter(bool)), max_size=20))
def test_every_finding_belongs_to_exactly_one_cause(seen: list[ScopedFinding]) -> None:
    """None is lost, none told twice."""
    told = causes(seen)
    assert sorted(index for cause in told for index in (cause.seen, *cause.same)) == list(range(len(seen)))
