"""A model fills the grammar's query: it is read, compiled and answered as if the rules had made it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import Question
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask, connect_deps, run_query, run_sql
from nl2sql.catalog.semantics import semantics
from nl2sql.deps import Deps
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.semantic.context import ReadingContext
from nl2sql.grammar.semantic.reading import read_listing, read_query
from nl2sql.grammar.subjects.listing import SubjectListing
from nl2sql.llm.examples import EXAMPLES
from tests.nl2sql.builders import CALENDAR, VALUES, bill
from tests.nl2sql.llm.builders import EVERYBODY, ODD, PAYMENTS, data_of, query, said, with_settings
from tests.nl2sql.llm.endpoint import Cut, Endpoint

OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}
BY_TEAM = {"period": OCTOBER, "dimensions": ["team"]}


@pytest.fixture
def deps(clean_database: Database, endpoint: Endpoint, settings: Settings, tmp_path: Path) -> Iterator[Deps]:
    """Two months of a small bill, and a model."""
    ingest([bill(tmp_path / f"{month}.csv", month) for month in (9, 10)], clean_database, Organisation())
    with_model = settings.model_copy(update={"openai_base_url": endpoint.url, "llm_timeout_seconds": 30})
    deps = connect_deps(with_model, Organisation(), clean_database, today=date(2026, 11, 3))
    yield deps
    assert deps.translator is not None
    deps.translator.endpoint.client.close()


def _same(one: Answer, other: Answer) -> bool:
    """Whether two answers differ in nothing but who gave them."""
    plain = {"elapsed_ms": 0, "reference": "", "translator": "", "model": None}
    return replace(one, **plain) == replace(other, **plain)  # type: ignore[arg-type]  # fields of both


@pytest.mark.parametrize("kept", [("query", BY_TEAM), ("listing", {"subject": "budgets"})])
def test_a_query_is_answered_as_if_the_rules_had_made_it(
    endpoint: Endpoint, deps: Deps, kept: tuple[str, dict[str, Any]]
) -> None:
    """Its headline, period, chart and SQL are those of the same question in words."""
    kind, content = kept
    endpoint.replies = [said(kind, **{kind: content})]
    answer, direct = ask(ODD, EVERYBODY, None, deps), run_query(content, EVERYBODY, None, deps)
    assert answer.translator == "llm"
    if isinstance(answer, Answer):
        assert isinstance(direct, Answer)
        assert _same(answer, direct)
        assert (answer.period, answer.metric, answer.model) == (
            ("2026-10-01", "2026-11-01"),
            "effective_cost",
            "gpt-5-mini",
        )
    else:
        assert answer.text == direct.text


def test_what_is_asked_for_is_the_query_in_strict_form(endpoint: Endpoint, deps: Deps) -> None:
    """As structured output, with the catalogue's names as enumerations; a reply in that form is what is read."""
    reply = dict.fromkeys(("beside", "grain", "filters", "with_tax", "weekdays", "compared", "change"))
    endpoint.replies = [said("query", query={**BY_TEAM, **reply})]
    assert ask(ODD, EVERYBODY, None, deps).outcome == "answer"
    (request,) = endpoint.requests
    form = request["response_format"]["json_schema"]
    assert (form["strict"], request["reasoning_effort"], request["max_completion_tokens"]) == (True, "low", 4_000)
    jsonschema_rs.meta.validate(form["schema"])
    assert form["schema"]["$defs"]["Query"]["properties"]["dimensions"]["anyOf"][0]["items"]["enum"] == list(
        semantics().dimensions
    )
    whole = dict.fromkeys(form["schema"]["$defs"]["Query"]["properties"]) | {
        "metric": "billed_cost",
        "period": {**dict.fromkeys(("unit", "count", "whole")), **OCTOBER},
    }
    jsonschema_rs.validate(form["schema"], json.loads(said("query", query=whole)))


def test_follow_ups_build_on_a_query_of_the_model(endpoint: Endpoint, deps: Deps) -> None:
    """Without the model, as on any answer."""
    endpoint.replies = [said("query", query=BY_TEAM)]
    ask(ODD, EVERYBODY, "thread", deps)
    answer = ask("and in september?", EVERYBODY, "thread", deps)
    assert isinstance(answer, Answer)
    assert (answer.translator, answer.columns[0], answer.period) == ("offline", "team", ("2026-09-01", "2026-10-01"))
    with Session(deps.database.app) as session:
        stored = session.scalars(sa.select(Question.query).order_by(Question.id)).all()
    assert [CostQuery.from_json(one).dimensions for one in stored if one] == [("team",), ("team",)]


def test_a_follow_up_to_sql_is_not_answered_for_something_else(endpoint: Endpoint, deps: Deps) -> None:
    """SQL cannot be amended: the model is given it, and without a model that is said; a whole question is answered."""
    endpoint.replies = [query("SELECT max(effective_cost) AS most_cost FROM daily_costs")]
    ask(ODD, EVERYBODY, "thread", deps)
    without = with_settings(deps, endpoint, llm_use="never")
    declined = ask("and by team?", EVERYBODY, "thread", without)
    assert (declined.outcome, declined.text.split(";")[0]) == ("cannot_answer", "I cannot build on that answer")
    assert ask("cost by team in october", EVERYBODY, "thread", without).outcome == "answer"
    ask("SELECT max(effective_cost) AS most_cost FROM daily_costs", EVERYBODY, "other", deps)
    endpoint.replies = [said("query", query=BY_TEAM)]
    assert ask("and by team?", EVERYBODY, "other", deps).translator == "llm"
    assert "max" in data_of(endpoint)["follow-up to"]["sql"].lower()


def test_the_model_is_given_the_query_before(endpoint: Endpoint, deps: Deps) -> None:
    """A follow-up that the rules cannot read is answered with the whole new query."""
    ask("cost by team in october", EVERYBODY, "thread", deps)
    endpoint.replies = [said("query", query={**BY_TEAM, "limit": 1})]
    answer = ask("kindly the chiefest thereof", EVERYBODY, "thread", deps)
    assert isinstance(answer, Answer)
    assert len(answer.rows) == 1
    assert data_of(endpoint)["follow-up to"]["query"] == {
        "metric": "effective_cost",
        "period": {**OCTOBER, "unit": "month"},
        "dimensions": ["team"],
    }


def test_what_is_wrong_with_a_query_goes_back_by_its_field(endpoint: Endpoint, deps: Deps) -> None:
    """And the mended query is answered; nothing of the wrong one is run."""
    wrong = {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["paymets"]}]}
    right = {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["payments"]}]}
    endpoint.replies = [said("query", query=wrong), said("query", query=right)]
    answer = ask(ODD, EVERYBODY, None, deps)
    assert isinstance(answer, Answer)
    assert answer.rows == ((50.05,),)
    assert "No team is called “paymets”. The nearest is payments." in endpoint.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "content",
    [
        {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["search"]}]},
        {"period": OCTOBER, "metric": "secrets"},
        {"period": {"start": "2020-01-01", "end": "2020-02-01"}},
        {"sql": "DROP TABLE charges"},
    ],
)
def test_what_the_asker_may_not_name_is_no_query(endpoint: Endpoint, deps: Deps, content: dict[str, Any]) -> None:
    """Another team, no metric, days without bills, another form: given back, and then the rules decline."""
    endpoint.replies = [said("query", query=content)] * 3
    answer = ask(ODD, PAYMENTS, None, deps)
    assert (answer.outcome, answer.to_json()["rows"]) == ("cannot_answer", [])
    assert len(endpoint.requests) == 2  # the same again ends it


def test_a_query_of_the_model_is_narrowed(endpoint: Endpoint, deps: Deps) -> None:
    """All is what the asker may see."""
    endpoint.replies = [said("query", query=BY_TEAM)]
    answer = ask(ODD, PAYMENTS, None, deps)
    assert isinstance(answer, Answer)
    assert answer.rows == (("payments", 50.05),)


def test_a_query_is_remembered_and_read_anew(endpoint: Endpoint, deps: Deps) -> None:
    """Over a restart; no second request."""
    endpoint.replies = [said("query", query=BY_TEAM)]
    first = ask(ODD, EVERYBODY, None, deps)
    again = ask(ODD, EVERYBODY, None, with_settings(deps, endpoint))
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert _same(first, again)
    assert len(endpoint.requests) == 1


def test_sql_is_the_second_choice(endpoint: Endpoint, deps: Deps) -> None:
    """What a query cannot say is still answered."""
    endpoint.replies = [query("SELECT team, max(effective_cost) AS most_cost FROM daily_costs GROUP BY 1 ORDER BY 2")]
    answer = ask(ODD, EVERYBODY, None, deps)
    assert (answer.outcome, answer.translator) == ("answer", "llm")


def test_a_figure_of_the_model_s_own_is_not_shown(endpoint: Endpoint, deps: Deps) -> None:
    """It is given back with the column's name; what comes from the bills is answered, with what it is of."""
    sql = "SELECT sum(effective_cost) AS effective_cost FROM daily_costs WHERE team = 'search' AND usage_date >= "
    endpoint.replies = [
        query("SELECT 999999 AS effective_cost"),
        query(sql + "DATE '2026-10-01' AND usage_date < DATE '2026-11-01'"),
    ]
    answer = ask(ODD, EVERYBODY, None, deps)
    assert "The column effective_cost is a figure of the statement's own" in str(endpoint.requests[1]["messages"][-1])
    assert answer.text == "$90.09 effective cost: search, October 2026."


def test_a_figure_that_a_person_types_is_not_shown_as_the_bills(deps: Deps) -> None:
    """The card would say it under the bot's name."""
    refused = ask("SELECT 999999 AS effective_cost FROM daily_costs", EVERYBODY, None, deps)
    assert (refused.outcome, refused.to_json()["rows"]) == ("blocked", [])
    assert run_sql("SELECT 1 AS one", EVERYBODY, None, deps).outcome == "blocked"


def test_a_name_that_was_guessed_is_left_to_the_model(endpoint: Endpoint, deps: Deps) -> None:
    """What was repaired or taken in part is said to it; where it reads something else, both are told."""
    other = {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["search"]}]}
    endpoint.replies = [said("query", query=other)]
    answer = ask("cost of paymnts in october", EVERYBODY, None, deps)
    assert isinstance(answer, Answer)
    assert data_of(endpoint)["guessed"] == ["read “paymnts” as “payments”"]
    assert answer.rows == ((90.09,),)
    assert "The rules alone would have answered for: payments, October 2026." in answer.notes


def test_the_rules_guess_stands_where_the_model_agrees(endpoint: Endpoint, deps: Deps) -> None:
    """No note then."""
    right = {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["payments"]}]}
    endpoint.replies = [said("query", query=right)]
    answer = ask("cost of paymnts in october", EVERYBODY, None, deps)
    assert isinstance(answer, Answer)
    assert (answer.rows, answer.notes) == (((50.05,),), ())


def test_a_question_of_shape_may_be_settled_by_the_model(endpoint: Endpoint, deps: Deps) -> None:
    """Broken down by what? It may know; which name is meant stays the asker's to say."""
    endpoint.replies = [said("query", query=BY_TEAM)]
    answer = ask("breakdown of october", EVERYBODY, None, deps)
    assert answer.translator == "llm"
    assert data_of(endpoint)["the rules would say"] == "Broken down by what?"


def test_a_reply_that_is_cut_is_asked_for_once_more(endpoint: Endpoint, deps: Deps) -> None:
    """With twice the room; a second cut says what it was."""
    endpoint.replies = [Cut('{"kind": "query", "query": {"per'), said("query", query=BY_TEAM)]
    assert ask(ODD, EVERYBODY, None, deps).translator == "llm"
    assert [request["max_completion_tokens"] for request in endpoint.requests] == [4_000, 8_000]
    endpoint.replies = [Cut(""), Cut("")]
    declined = ask(ODD + " again", EVERYBODY, None, deps)
    assert declined.fallback == "the model did not answer (the model's answer was longer than it may be)"


def test_links_and_mentions_of_a_model_are_not_shown(endpoint: Endpoint, deps: Deps) -> None:
    """Its words stand as the bot's own."""
    text = "See https://evil.example/x or ask <@U123> at www.evil.example"
    endpoint.replies = [said("clarify", text=text, choices=["http://evil.example", "prod"])]
    asked = ask(ODD, EVERYBODY, None, deps).to_json()
    assert "evil" not in json.dumps(asked)
    assert "U123" not in json.dumps(asked)


def test_the_examples_of_the_prompt_are_right() -> None:
    """Each is a query or a listing on names that are there."""
    known = ReadingContext(semantics(), VALUES, CALENDAR)
    for question, reply in EXAMPLES:
        kind = reply["kind"]
        read = read_query(reply[kind], known) if kind == "query" else read_listing(reply[kind], known)
        assert isinstance(read, CostQuery | SubjectListing), (question, read)


def test_the_beginning_of_the_prompt_is_the_same_for_every_question(endpoint: Endpoint, deps: Deps) -> None:
    """So that an endpoint can cache it: the rules, and then the names of an asker."""
    endpoint.replies = [query("SELECT count(*) AS n FROM daily_costs")] * 20
    for question in (ODD, "kindly opine on october for payments", "expound the compute"):
        ask(question, EVERYBODY, None, deps)
    firsts = {request["messages"][0]["content"] for request in endpoint.requests}
    known = {request["messages"][1]["content"].split("</data>")[0] for request in endpoint.requests}
    assert len(endpoint.requests) >= 3
    assert len(firsts) == len(known) == 1
