"""Recipes over a small bill: sections with the figures of single questions, narrowed, stored, and built upon."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from config.access import SYSTEM, Actor
from db.tables import Insight, Recommendation
from nl2sql.answers.context import AnswerContext
from nl2sql.answers.outcomes import Answer, CannotAnswer, Outcome, TimedOut
from nl2sql.ask import ask
from nl2sql.deps import AnswerStopped, Deps, StepProgress
from nl2sql.grammar.query import CostQuery
from nl2sql.recipes import compose
from nl2sql.recipes.catalog import recipes

QUESTIONS = {
    "budgets_and_cuts": "will we exceed any budget and what could we cut?",
    "forecast_explained": "what is the forecast for november against october, and explain the difference",
    "grew_most": "which team grew most in october and which resource is behind it?",
    "monthly_review": "monthly review for payments",
    "savings_and_overrun": "would the savings of open recommendations cover the overrun of payments?",
    "spike": "is the payments spike resolved and what did it cost in total?",
    "summary": "summary for the board",
    "today": "what should I look at today?",
    "weekend_stop": "what would we save if we stop payments on weekends?",
    "what_changed": "what changed last month and who owns it?",
    "why_and_what": "why did cost go up last month and what should we do?",
}


def answered(question: str, deps: Deps, thread: str | None = None, actor: Actor = SYSTEM) -> Answer:
    answer = ask(question, actor, thread, deps)
    assert isinstance(answer, Answer), answer.text
    return answer


def section(answer: Answer, title: str) -> tuple[tuple[object, ...], ...]:
    return next(one.rows for one in answer.sections if one.title == title)


def test_a_review_has_the_figures_of_single_questions(deps: Deps) -> None:
    """Its first line is the total and its change; every section has the SQL that it was read by."""
    review = answered("monthly review for payments", deps)
    assert review.text.startswith("Review, payments, October 2026. $110, up $30 (+37.5 %) vs September 2026.")
    assert section(review, "Cost") == ((110.0, 80.0, 30.0, 37.5),)
    assert section(review, "Services") == (("Amazon Elastic Compute Cloud", 100.0), ("AWS Lambda", 10.0))
    assert "Teams" not in [one.title for one in review.sections]
    assert review.columns == ("day", "effective_cost")
    assert [one.text for one in review.sections if one.title == "Budgets now"] == [
        "No budget is set. Set one in finops.yaml or with /finops budget."
    ]
    told = review.to_json()
    assert [set(one) for one in told["sections"]] == [{"title", "text", "sql", "columns", "rows"}] * len(
        review.sections
    )


def test_a_recipe_shows_no_more_than_its_asker_may_see(deps: Deps) -> None:
    """Every step is narrowed as a question of its own is."""
    narrow = Actor(id="U1", teams=frozenset({"checkout"}))
    mine = answered("summary for the cfo", deps, actor=narrow)
    assert "payments" not in str(mine.to_json())
    assert section(mine, "Teams") == (("checkout", 40.0),)


def test_follow_ups_build_on_a_recipe(deps: Deps) -> None:
    """Another scope or period is the recipe again; another shape is about its scope and period."""
    answered("monthly review for payments", deps, "t")
    assert answered("and for checkout?", deps, "t").text.startswith("Review, checkout, October 2026.")
    assert answered("for september", deps, "t").text.startswith("Review, checkout, September 2026.")
    answered("and for payments?", deps, "t")
    by_service = answered("by service", deps, "t")
    assert by_service.rows == (("Amazon Elastic Compute Cloud", 80.0),)
    assert not by_service.sections


def test_a_recipe_in_a_thread_is_about_what_was_asked_before(deps: Deps) -> None:
    """After a query, a list and another recipe; a thread of its own begins with everything."""
    answered("cost of checkout in october", deps, "t")
    why = answered("why did it go up and what should we do?", deps, "t")
    assert why.text.startswith("Why, and what to do, checkout, October 2026. $40, up $40 vs September 2026.")
    answered("cost of payments in september", deps, "t")
    assert answered("monthly review", deps, "t").text.startswith("Review, payments, September 2026.")
    assert answered("what changed and who owns it?", deps, "t").text.startswith(
        "What changed, and whose it is, payments, September 2026."
    )
    assert answered("monthly review", deps, "u").text.startswith("Review, all spend, October 2026.")


def test_what_grew_most_is_followed_to_its_resources(deps: Deps) -> None:
    """The second and third step are of the first one's first row."""
    grown = answered("which team grew most in october and which resource is behind it?", deps)
    assert section(grown, "Grew most")[0][:3] == ("checkout", 40.0, 0.0)
    assert [row[0] for row in section(grown, "Services behind it")] == ["Amazon Elastic Compute Cloud"]
    assert [row[1] for row in section(grown, "Resources behind it")] == ["i-shop-test"]
    assert "checkout grew most, by $40" in grown.text


def test_findings_and_recommendations_come_together(deps: Deps) -> None:
    """What is open, what it is worth, what an episode cost beyond the expected."""
    with Session(deps.database.app) as session, session.begin():
        session.add(
            Insight(
                fingerprint="a",
                kind="anomaly",
                severity="high",
                status="resolved",
                title="EC2 was up $10 a day",
                team="payments",
                impact_amount=10,
                currency="USD",
                starts_on=date(2026, 10, 5),
                evidence={"over": {"steps": 3, "amount": 31.5}},
                detected_at=datetime(2026, 10, 6, tzinfo=UTC),
            )
        )
        session.add_all(
            Recommendation(
                fingerprint=name,
                kind="stop_idle",
                resource_id=name,
                monthly_savings=saves,
                currency="USD",
                current_state="is",
                proposed_state="becomes",
                confidence="high",
            )
            for name, saves in (("i-1", 200), ("i-2", 100))
        )
    spike = answered("is the payments spike resolved and what did it cost in total?", deps)
    assert "Resolved, all 1; 1 ended by itself, $31.50 beyond the expected in all." in spike.text
    cuts = answered("will we exceed any budget and what could we cut?", deps)
    assert "2 open recommendations are worth up to $300 a month" in cuts.text.splitlines()[0]


@pytest.mark.parametrize(("name", "question"), QUESTIONS.items())
def test_every_recipe_answers_on_a_small_bill(name: str, question: str, deps: Deps) -> None:
    """As the recipe that it is, also where no budget, forecast or finding is there: that is said in its section."""
    answer = answered(question, deps)
    recipe = recipes()[name]
    assert answer.text.startswith(f"{recipe.title}, ")
    assert {one.title for one in answer.sections} <= {step.title for step in recipe.steps}
    assert answer.sections
    assert all(one.text for one in answer.sections)


def test_no_recipe_is_left_out() -> None:
    """Each of the release is asked for above."""
    assert QUESTIONS.keys() == recipes().keys()


def test_a_word_that_is_not_understood_is_no_part_of_a_recipe(deps: Deps) -> None:
    """Nothing is dropped without a word."""
    assert isinstance(ask("monthly review for phoenix", SYSTEM, None, deps), CannotAnswer)


def test_steps_are_watched_and_say_what_their_sections_say(deps: Deps) -> None:
    """Each begins and ends once, in order; the answer is the one that nobody watches."""
    seen: list[StepProgress] = []
    watched = answered("monthly review for payments", replace(deps, watch=seen.append))
    assert watched.text == answered("monthly review for payments", deps).text
    steps = [step.title for step in recipes()["monthly_review"].steps]
    assert [(one.step, one.state) for one in seen] == [
        (number, state) for number in range(len(steps)) for state in ("in_progress", "complete")
    ]
    told = {one.steps[one.step]: one.text for one in seen if one.text}
    assert told == {section.title: section.text for section in watched.sections if section.text}


def test_a_stopped_recipe_runs_no_further_step_and_stores_nothing(deps: Deps) -> None:
    """What the thread was about before stays what follow-ups amend."""
    answered("monthly review for payments", deps, "C1:1")
    seen: list[StepProgress] = []

    def stop(progress: StepProgress) -> None:
        seen.append(progress)
        if progress.step == 1:
            raise AnswerStopped("U1")

    with pytest.raises(AnswerStopped):
        ask("monthly review for checkout", SYSTEM, "C1:1", replace(deps, watch=stop))
    assert len(seen) == 3
    assert "payments" in answered("for september", deps, "C1:1").text


def test_a_step_whose_query_ran_out_of_time_is_told_as_failed(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are run all the same."""
    seen: list[StepProgress] = []
    answer_query = compose.answer_query

    def slow(query: CostQuery, context: AnswerContext) -> tuple[CostQuery, Outcome]:
        return (query, TimedOut(text="It took too long.")) if query.grain else answer_query(query, context)

    monkeypatch.setattr(compose, "answer_query", slow)
    answered("monthly review for payments", replace(deps, watch=seen.append))
    assert {one.text for one in seen if one.state == "error"} == {"It took too long."}
