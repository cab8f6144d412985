"""Ask against a real database: what is answered, refused, kept and audited."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import SYSTEM, Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import AuditEntry, Question
from nl2sql.answers.outcomes import Answer, Blocked, CannotAnswer, Clarify, Unavailable
from nl2sql.ask import ask, connect_deps, run_sql
from nl2sql.catalog.known_values import Facts, facts
from nl2sql.deps import Deps, Translation, TranslationRequest, Written


def test_an_answer_carries_rows_period_metric_freshness_and_sql(deps: Deps) -> None:
    """Everything the contract of `finops ask` names; the figure stands in the text."""
    answer = ask("cost by team in october", SYSTEM, None, deps)
    assert isinstance(answer, Answer)
    content = answer.to_json()
    assert content["rows"] == [["payments", 110.0], ["checkout", 40.0], ["unallocated", 5.0]]
    assert content["period"] == {"start": "2026-10-01", "end": "2026-11-01"}
    assert (content["metric"], content["currency"], content["as_of"], content["translator"]) == (
        "effective_cost",
        "USD",
        "2026-10-07",
        "offline",
    )
    assert content["text"].startswith("$155 in total")
    assert set(content) == {
        "outcome",
        "text",
        "sql",
        "columns",
        "rows",
        "choices",
        "period",
        "metric",
        "currency",
        "as_of",
        "translator",
        "elapsed_ms",
    }
    assert run_sql(content["sql"], SYSTEM, None, deps).to_json()["rows"] == content["rows"]


def test_a_follow_up_finds_its_thread_in_the_database(deps: Deps) -> None:
    """The context is what is stored, so another process goes on where this one stopped."""
    ask("ec2 cost in september", SYSTEM, "t1", deps)
    assert ask("what about october?", SYSTEM, "t1", replace(deps)).to_json()["rows"] == [[140.0]]
    assert ask("only payments", SYSTEM, "t1", deps).to_json()["rows"] == [[100.0]]
    assert isinstance(ask("what about october?", SYSTEM, "t2", deps), Clarify)


def test_days_are_not_ranked_as_what_they_take_the_place_of(deps: Deps) -> None:
    """`by day` after a top three is every day of the period, not the three dearest."""
    ask("top 1 service in october 2026", SYSTEM, "ranked", deps)
    days = ask("by day", SYSTEM, "ranked", deps).to_json()
    assert "LIMIT" not in days["sql"]
    assert "in total" in days["text"]


def test_a_choice_answers_the_question_that_was_asked_back(deps: Deps) -> None:
    """A reply that names one of the choices stands for the whole question."""
    asked = ask("cost of the shop account in october", SYSTEM, "t1", deps)
    assert isinstance(asked, Clarify)
    assert [choice.label for choice in asked.choices] == ["shop-prod", "shop-test", "both"]
    assert ask("shop-test", SYSTEM, "t1", deps).to_json()["rows"] == [[40.0]]


def test_an_asker_learns_nothing_of_other_teams(deps: Deps) -> None:
    """Rows are narrowed, and so are the names that a refusal suggests."""
    narrow = Actor(id="U1", teams=frozenset({"checkout"}))
    assert ask("cost by team in october", narrow, None, deps).to_json()["rows"] == [["checkout", 40.0]]
    refused = ask("payments spend in october", narrow, None, deps)
    assert isinstance(refused, CannotAnswer)
    assert "payments," not in refused.text.split("I can tell you")[0].replace("“payments”", "")


@pytest.mark.parametrize(
    "question",
    ["drop table charges", "select * from pg_shadow", "SELECT * FROM finops.charges", "show me the api tokens"],
)
def test_what_is_unsafe_is_blocked_and_audited(deps: Deps, question: str) -> None:
    """No rows, and the refusal is in the log."""
    refused = ask(question, SYSTEM, None, deps)
    assert isinstance(refused, Blocked)
    assert refused.to_json()["rows"] == []
    with Session(deps.database.app) as session:
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.subject) == ("question.blocked", refused.reference)
        assert session.scalar(sa.select(Question.outcome).where(Question.reference == refused.reference)) == "blocked"


def test_a_typed_select_over_the_views_is_answered(deps: Deps) -> None:
    """What a person writes goes through the same guard."""
    answer = ask(
        "SELECT account, sum(effective_cost) FROM reporting.daily_costs GROUP BY 1 ORDER BY 1", SYSTEM, None, deps
    )
    assert answer.to_json()["rows"] == [["shop-prod", 198.0], ["shop-test", 40.0]]


def test_what_cannot_be_answered_says_what_can(deps: Deps) -> None:
    """Two questions, and both are answered."""
    refused = ask("what was our revenue in october", SYSTEM, None, deps)
    assert isinstance(refused, CannotAnswer)
    assert len(refused.choices) == 2
    for choice in refused.choices:
        assert isinstance(ask(choice.question, SYSTEM, None, deps), Answer), choice.question


def test_before_the_first_bill_it_says_how_to_load_one(
    clean_database: Database, settings: Settings, organisation: Organisation
) -> None:
    """An empty database is no error."""
    outcome = ask("total cost", SYSTEM, None, connect_deps(settings, organisation, clean_database))
    assert isinstance(outcome, Unavailable)
    assert "finops ingest" in outcome.text


def test_a_translator_is_asked_only_for_what_the_grammar_does_not_understand(deps: Deps) -> None:
    """Its SQL is checked like anybody's; silent or unsafe, the grammar's outcome stands."""

    class Scripted:
        model = "scripted"
        asked: list[str] = []  # noqa: RUF012 - one list for the one test

        def translate(self, request: TranslationRequest, verdict: object) -> Translation:
            self.asked.append(request.question)
            assert callable(verdict)
            assert verdict("SELECT * FROM pg_shadow") is not None
            assert verdict("SELECT count(*) AS charges FROM reporting.daily_costs") is None
            return Translation(Written("SELECT count(*) AS charges FROM reporting.daily_costs"), 7)

    with_model = replace(deps, translator=Scripted())
    assert ask("cost by team in october", SYSTEM, None, with_model).translator == "offline"
    answer = ask("mystery figure please", SYSTEM, None, with_model)
    assert (answer.translator, answer.to_json()["columns"]) == ("llm", ["charges"])
    assert isinstance(ask("show me the api tokens", SYSTEM, None, with_model), Blocked)
    assert Scripted.asked == ["mystery figure please"]


def test_the_change_on_the_period_before_is_told_when_asked_for(deps: Deps) -> None:
    """October's 140 are 60 above September's 80."""
    answer = ask("ec2 cost in october", SYSTEM, None, replace(deps, with_change=True))
    assert "up $60 (+75.0 %) vs September 2026" in answer.text


@pytest.fixture
def thread(deps: Deps) -> str:
    """A thread in which October's cost by team was asked."""
    assert isinstance(ask("cost by team in october", SYSTEM, "t1", deps), Answer)
    return "t1"


def _answered(question: str, deps: Deps, thread: str | None = None) -> Answer:
    outcome = ask(question, SYSTEM, thread, deps)
    assert isinstance(outcome, Answer), outcome.text
    return outcome


def test_a_follow_up_about_the_form_repeats_the_answer_in_it(deps: Deps, thread: str) -> None:
    """`as a line chart`, `export`: the same rows; a number alone becomes its course."""
    export = _answered("export", deps, thread)
    assert (export.rows, export.export) == ((("payments", 110.0), ("checkout", 40.0), ("unallocated", 5.0)), True)
    assert not _answered("only payments", deps, thread).export
    ask("total cost in october", SYSTEM, "t2", deps)
    course = _answered("as a chart", deps, "t2")
    assert course.chart == "line"
    assert course.rows == (("2026-10-05", 100.0), ("2026-10-06", 40.0), ("2026-10-07", 15.0))
    assert _answered("same for september", deps, thread).rows == (("payments", 80.0),)


def test_another_currency_by_the_rates_that_are_known(deps: Deps, thread: str) -> None:
    """Amounts are exchanged and follow-ups keep the currency; without a rate it is said, and what to do."""
    unknown = ask("in euros", SYSTEM, thread, deps)
    assert (unknown.outcome, unknown.to_json()["rows"]) == ("cannot_answer", [])
    assert "no exchange rate for EUR" in unknown.text
    assert "exchange_rates" in unknown.text
    rated = replace(deps, organisation=Organisation(exchange_rates={"EUR": Decimal("0.5"), "GBP": Decimal("0.25")}))
    euros = _answered("in euros", rated, thread)
    assert (euros.rows[0], euros.currency) == (("payments", 55.0), "EUR")
    assert euros.text.startswith("€77.50 in total")
    assert "1 USD = 0.5 EUR" in euros.text
    assert _answered("only checkout", rated, thread).rows == (("checkout", 20.0),)
    assert _answered("and in pounds?", rated, thread).rows == (("checkout", 10.0),)
    assert _answered("in dollars", rated, thread).rows == (("checkout", 40.0),)
    compared = _answered("october vs september in euros by team", rated).to_json()
    assert compared["rows"][0][1:4] == [55.0, 40.0, 15.0]
    assert compared["rows"][0][4] == pytest.approx(37.5)  # a share is none of money
    assert _answered("how many services in october in euros", rated).rows == ((2,),)


def test_typed_sql_has_a_headline_of_its_rows(deps: Deps) -> None:
    """The figure first, not how many rows there are; and why there is none."""
    assert _answered("select sum(effective_cost) as cost from daily_costs", deps).text == "$238 cost."
    by_team = _answered(
        (
            "select coalesce(team, 'none') as team, sum(effective_cost) as cost from "
            "daily_costs group by 1 order by 2 desc"
        ),
        deps,
    )
    assert by_team.text == "$238 cost in 3 rows, most of it payments with $190."
    assert _answered("select team from daily_costs where team = 'nobody'", deps).text == "Nothing: no row fits: nobody."


def test_edited_sql_is_kept_under_its_question(deps: Deps) -> None:
    """So that it can be an example; the statement is audited as it was written."""
    answer = run_sql("SELECT count(*) AS n FROM daily_costs", SYSTEM, None, deps, question="how many rows")
    with Session(deps.database.app) as session:
        assert (
            session.scalar(sa.select(Question.question).where(Question.reference == answer.reference))
            == "how many rows"
        )
        details = session.scalars(sa.select(AuditEntry.details).where(AuditEntry.subject == answer.reference)).one()
    assert details["drafts"][0]["sql"] == "SELECT count(*) AS n FROM daily_costs"


def test_an_empty_answer_says_why(deps: Deps) -> None:
    """A period to come, one before the bills, a filter that fits nothing: each has its own words."""
    assert "has not come yet" in ask("cost in december 2026", SYSTEM, None, deps).text
    assert "The bills start on 2026-09-10" in ask("cost in march 2026", SYSTEM, None, deps).text
    assert ask("checkout cost of lambda in october", SYSTEM, None, deps).text.startswith("Nothing: no charges for")


def test_what_is_known_of_the_data_follows_retention_and_the_organisations_words(deps: Deps) -> None:
    """Without a new load: a month that retention dropped is not offered, a word that was added is understood."""
    before = facts(deps.database.app, SYSTEM, {})
    assert isinstance(before, Facts)
    assert before.first == date(2026, 9, 10)
    with deps.database.owner.begin() as connection:
        connection.execute(sa.text("DELETE FROM finops.daily_costs WHERE usage_date < '2026-10-01'"))
    after = facts(deps.database.app, SYSTEM, {})
    assert isinstance(after, Facts)
    assert after.first == date(2026, 10, 1)
    assert facts(deps.database.app, SYSTEM, {"payments": ("kasse",)}) is not after


def test_today_is_the_organisations_day(deps: Deps) -> None:
    """In Kiribati it is always a later day than on Niue, 25 hours behind."""
    kiribati, niue = (
        replace(deps, today=None, organisation=Organisation(timezone=zone)).day()
        for zone in ("Pacific/Kiritimati", "Pacific/Niue")
    )
    assert kiribati > niue


@pytest.mark.parametrize("question", ["explain the forecast", "explain cost of payments in october"])
def test_to_explain_is_a_word_of_people_too(deps: Deps, question: str) -> None:
    """It is not blocked as SQL; EXPLAIN before a statement is."""
    assert not isinstance(ask(question, SYSTEM, None, deps), Blocked)
    for options in ("", "ANALYZE ", "verbose ", "(ANALYZE) "):
        statement = f"EXPLAIN {options}SELECT account FROM reporting.daily_costs"
        assert isinstance(ask(statement, SYSTEM, None, deps), Blocked)
