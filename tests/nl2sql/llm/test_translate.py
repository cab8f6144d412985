"""The model's replies, good and bad, over a real HTTP endpoint."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from config.settings import Settings
from nl2sql.llm.prompt import PromptContext
from nl2sql.llm.replies import AskBack, Cannot, Down, Draft, Reply, SqlDraft
from nl2sql.llm.translate import Model, connect_model
from nl2sql.llm.translate import translate as translate_with_use
from tests.nl2sql.llm.endpoint import Endpoint, Fault, running_endpoint

TODAY = PromptContext(today=date(2026, 11, 15))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A fresh endpoint."""
    with running_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def model(endpoint: Endpoint) -> Iterator[Model]:
    """A model at the endpoint with a short time budget."""
    model = connect_model(Settings(_env_file=None, openai_base_url=endpoint.url, llm_timeout_seconds=1.5))
    assert model is not None
    yield model
    model.client.close()


def said(kind: str, **fields: object) -> str:
    return json.dumps({"kind": kind, "sql": "", "text": "", "choices": [], **fields})


def translate(*arguments: Any) -> Reply:
    """What the model said, without what it took."""
    return translate_with_use(*arguments)[0]


def passes(_draft: Draft) -> None:
    return None


def test_sql_that_passes_is_the_draft(endpoint: Endpoint, model: Model) -> None:
    """One good reply is one request, and its tokens are counted."""
    endpoint.replies = [said("query", sql="SELECT 1")]
    reply, used = translate_with_use("total?", TODAY, model, passes)
    assert reply == SqlDraft("SELECT 1")
    assert len(endpoint.requests) == 1
    assert (used.requests, used.tokens) == (1, 120)


def test_a_problem_goes_back_to_the_model(endpoint: Endpoint, model: Model) -> None:
    """The second request carries the SQL and the sentence, and the mended SQL is taken."""
    endpoint.replies = [said("query", sql="SELECT bad"), said("query", sql="SELECT good")]
    draft = translate(
        "total?", TODAY, model, lambda draft: None if draft == SqlDraft("SELECT good") else "There is no column bad."
    )
    assert draft == SqlDraft("SELECT good")
    assert "There is no column bad." in endpoint.requests[1]["messages"][-1]["content"]


def test_gives_up_after_two_repairs(endpoint: Endpoint, model: Model) -> None:
    """Three drafts, no more."""
    endpoint.replies = [said("query", sql=f"SELECT {n}") for n in range(9)]
    assert isinstance(translate("total?", TODAY, model, lambda _: "no"), Down)
    assert len(endpoint.requests) == 3


def test_stops_when_the_sql_repeats(endpoint: Endpoint, model: Model) -> None:
    """The same SQL again ends it at once."""
    endpoint.replies = [said("query", sql="SELECT same")] * 9
    assert isinstance(translate("total?", TODAY, model, lambda _: "no"), Down)
    assert len(endpoint.requests) == 2


def test_asking_back_and_declining(endpoint: Endpoint, model: Model) -> None:
    """The other two kinds pass through."""
    endpoint.replies = [
        said("clarify", text="Which one?", choices=["a", "b"]),
        said("cannot_answer", text="No revenue here."),
    ]
    assert translate("?", TODAY, model, passes) == AskBack("Which one?", ("a", "b"))
    assert translate("?", TODAY, model, passes) == Cannot("No revenue here.")


@pytest.mark.parametrize("fault", [Fault(500), Fault(401), Fault(429), Fault(200, pause_seconds=3)])
def test_a_failing_endpoint_is_down(endpoint: Endpoint, model: Model, fault: Fault) -> None:
    """Errors and slowness end within the time budget."""
    endpoint.replies = [fault]
    assert isinstance(translate("?", TODAY, model, passes), Down)


def test_a_killed_endpoint_is_down() -> None:
    """Nobody listens."""
    model = connect_model(Settings(_env_file=None, openai_base_url="http://127.0.0.1:9/v1", llm_timeout_seconds=2))
    assert model is not None
    assert isinstance(translate("?", TODAY, model, passes), Down)
    model.client.close()


def test_an_endpoint_without_json_modes_is_used_all_the_same(endpoint: Endpoint, model: Model) -> None:
    """The format is dropped step by step, and remembered."""
    endpoint.knows_formats = False
    endpoint.replies = [said("query", sql="SELECT 1"), said("query", sql="SELECT 2")]
    assert translate("?", TODAY, model, passes) == SqlDraft("SELECT 1")
    assert translate("?", TODAY, model, passes) == SqlDraft("SELECT 2")
    assert len(endpoint.requests) == 5


def test_an_endpoint_that_knows_json_but_no_schema(endpoint: Endpoint, model: Model) -> None:
    """The simpler mode is used, and remembered."""
    endpoint.knows_schemas = False
    endpoint.replies = [said("query", sql="SELECT 1"), said("query", sql="SELECT 2")]
    assert translate("?", TODAY, model, passes) == SqlDraft("SELECT 1")
    assert translate("?", TODAY, model, passes) == SqlDraft("SELECT 2")
    assert [request["response_format"]["type"] for request in endpoint.requests] == [
        "json_schema",
        "json_schema",
        "json_object",
        "json_object",
    ]


def test_sql_that_differs_in_nothing_but_form_is_a_repetition(endpoint: Endpoint, model: Model) -> None:
    """Spaces, capitals and a semicolon do not make another statement."""
    endpoint.replies = [said("query", sql="SELECT  team FROM x"), said("query", sql="select team\nfrom X;")]
    assert isinstance(translate("total?", TODAY, model, lambda _: "no"), Down)
    assert len(endpoint.requests) == 2


def test_without_key_and_address_there_is_no_model() -> None:
    """The grammar answers then."""
    assert connect_model(Settings(_env_file=None, openai_api_key=None, openai_base_url=None)) is None
