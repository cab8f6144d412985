"""A model's time, the length of its reply and the length of a question are bounded."""

import pytest

from nl2sql.ask import ask
from nl2sql.deps import Deps
from tests.nl2sql.llm.builders import EVERYBODY, ODD, query, with_settings
from tests.nl2sql.llm.endpoint import CutOff, Endless, Endpoint


@pytest.mark.parametrize(
    "reply",
    [
        Endless(" ", 0.05),
        Endless('{"kind": "query", "sql": "SELECT ' + "x, " * 2_000),
        query("SELECT TOP 5 team FROM daily_costs"),
        query("SELECT `team` FROM daily_costs"),
    ],
    ids=["drips", "repeats itself", "T-SQL", "MySQL"],
)
def test_an_answer_without_end_or_in_another_dialect(endpoint: Endpoint, deps: Deps, reply: str | Endless) -> None:
    """Cut at the time or the size; another dialect is given back, and a repetition ends it."""
    endpoint.replies = [reply, reply, reply]
    answer = ask(ODD, EVERYBODY, None, with_settings(deps, endpoint, llm_timeout_seconds=1.5))
    assert (answer.outcome, answer.to_json()["rows"]) == ("cannot_answer", [])
    assert answer.fallback
    assert "did not answer" in answer.text
    assert len(endpoint.requests) <= 2


def test_a_reply_that_breaks_off_leaves_the_grammar(endpoint: Endpoint, deps: Deps) -> None:
    """The transport's error while a body is read is the model's failure, not the question's."""
    endpoint.replies = [CutOff()] * 5
    answer = ask(ODD, EVERYBODY, None, deps).to_json()
    assert answer["outcome"] == "cannot_answer"
    assert "broke off" in str(answer)


def test_a_question_beyond_the_limit_is_refused_and_not_cut(endpoint: Endpoint, deps: Deps) -> None:
    """What stands at its end may be what matters."""
    answer = ask("cost of payments " + "please " * 400 + "but without EC2", EVERYBODY, None, deps).to_json()
    assert answer["outcome"] == "cannot_answer"
    assert "2,000" in answer["text"]
    assert endpoint.requests == []


def test_white_space_and_invisible_letters_cost_nothing(endpoint: Endpoint, deps: Deps) -> None:
    """They are folded before any pattern is tried."""
    answer = ask(
        "cost\u200b of payments in\n\n\n\n  October 2026" + "\n" * 1_900 + "?", EVERYBODY, None, deps
    ).to_json()
    assert (answer["outcome"], answer["rows"]) == ("answer", [[10.0]])
