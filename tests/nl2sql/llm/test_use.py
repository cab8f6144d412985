"""A person's use of a language model is counted and bounded."""

import pytest
from sqlalchemy.orm import Session

from db.tables import ModelUse
from nl2sql.ask import ask
from nl2sql.deps import Deps
from tests.nl2sql.llm.builders import EVERYBODY, ODD, PAYMENTS, query, with_settings
from tests.nl2sql.llm.endpoint import Endpoint


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        ({"llm_daily_tokens_per_person": 100}, "tokens"),
        ({"llm_daily_seconds_per_person": 1e-9}, "time"),
        ({"llm_daily_cost_per_person": 0.0005, "llm_input_price": 3.0, "llm_output_price": 12.0}, "money"),
    ],
)
def test_a_persons_budget_of_the_day_ends(endpoint: Endpoint, deps: Deps, limit: dict[str, float], name: str) -> None:
    """Tokens, time and money are counted in the database: another process, or
    the same one after a restart, does not begin anew.
    """
    endpoint.replies = [query("SELECT count(*) AS one FROM daily_costs")] * 3
    assert ask(ODD, EVERYBODY, None, with_settings(deps, endpoint, **limit)).to_json()["translator"] == "llm"
    declined = ask(ODD + " again", EVERYBODY, None, with_settings(deps, endpoint, **limit))
    assert declined.outcome == "cannot_answer"
    assert name in (declined.fallback or "")
    assert len(endpoint.requests) == 1
    assert (
        ask(ODD, PAYMENTS, None, with_settings(deps, endpoint, **limit)).to_json()["translator"] == "llm"
    )  # somebody else has a budget of their own
    with Session(deps.database.app) as session:
        used = session.get(ModelUse, ("U1", deps.day()))
        assert used is not None
        assert (used.requests, used.tokens) == (1, 120)
        assert float(used.cost) == pytest.approx(
            100 * limit.get("llm_input_price", 0) / 1e6 + 20 * limit.get("llm_output_price", 0) / 1e6
        )


def test_tokens_are_counted_where_the_endpoint_does_not(endpoint: Endpoint, deps: Deps) -> None:
    """They are guessed from the length of the texts, also for a reply that was of no use."""
    endpoint.counts_tokens = False
    endpoint.replies = ["Well, you spent a lot."]
    ask(ODD, EVERYBODY, None, deps)
    with Session(deps.database.app) as session:
        used = session.get(ModelUse, ("U1", deps.day()))
        assert used is not None
        assert used.tokens > 1_000
