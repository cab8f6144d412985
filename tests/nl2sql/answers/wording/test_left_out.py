"""What rankings leave out is said, with its figure."""

from config.access import SYSTEM, Actor
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask
from nl2sql.deps import Deps


def answered(question: str, deps: Deps, actor: Actor = SYSTEM) -> Answer:
    answer = ask(question, actor, None, deps)
    assert isinstance(answer, Answer), answer.text
    return answer


def test_the_first_team_is_told_beside_what_no_team_bears(deps: Deps) -> None:
    """Unallocated cost is no team; 5 dollars of it rose in October."""
    grown = answered("which team grew most in october?", deps)
    assert grown.rows[0][0] == "checkout"
    assert "$5 of no team is left out, up $5 vs September 2026." in grown.notes
    assert "$5 of no team is left out." in answered("which team spent most in october?", deps).notes


def test_nothing_is_said_where_nothing_is_left_out(deps: Deps) -> None:
    """All of September has a team, a service is never missing, and a list of several holds what is unallocated."""
    asked = (
        "which team spent most in september?",
        "which service grew most in october?",
        "top 3 teams in october",
    )
    for question in asked:
        assert "left out" not in answered(question, deps).text
    narrow = Actor(id="U1", teams=frozenset({"checkout"}))
    assert "left out" not in answered("which team spent most in october?", deps, narrow).text


def test_top_services_by_week_are_told_with_their_totals(deps: Deps) -> None:
    """Ranked over the whole period; every week of theirs is a row."""
    top = answered("top 2 services by week from september to october", deps)
    assert [row[0] for row in top.rows] == ["2026-09-07", "2026-10-05", "2026-10-05"]
    assert "The 2 highest services by week: Amazon Elastic Compute Cloud $220 and AWS Lambda $15 in all" in top.text
