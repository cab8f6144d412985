"""Which questions are recipes, of what scope and period, and which are not."""

from datetime import date

import pytest

from bot.cards.messages.notices import RECIPES
from nl2sql.dates import periods
from nl2sql.grammar.draft import Doubt
from nl2sql.grammar.query import Filter
from nl2sql.recipes.recognise import AskedBefore, RecipeCall, recognise
from tests.nl2sql.builders import CALENDAR, FACTS


def called(question: str) -> RecipeCall | Doubt | None:
    return recognise(question, FACTS, CALENDAR)


@pytest.mark.parametrize(
    ("question", "recipe", "scope", "period"),
    [
        ("prepare a monthly review for checkout", "monthly_review", ["checkout"], "October 2026"),
        ("Weekly review of payments please", "monthly_review", ["payments"], "2–8 Nov 2026"),
        ("cost review for AWS in Q3", "monthly_review", ["AWS"], "Q3 2026"),
        ("month in review: data-platform", "monthly_review", ["data-platform"], "October 2026"),
        ("why did cost go up last week and what should we do about it?", "why_and_what", [], "2–8 Nov 2026"),
        (
            "what drove the increase of payments in October, and what can we do?",
            "why_and_what",
            ["payments"],
            "October 2026",
        ),
        (
            "what could we do about the costs of RDS?",
            "why_and_what",
            ["Amazon Relational Database Service"],
            "October 2026",
        ),
        ("are we going to exceed any budget, and what could we cut?", "budgets_and_cuts", [], "1–15 Nov 2026"),
        ("will payments go over budget? where can we save?", "budgets_and_cuts", ["payments"], "1–15 Nov 2026"),
        ("what should I look at today", "today", [], "14 Nov 2026"),
        ("give me three things to look at today", "today", [], "14 Nov 2026"),
        ("write a summary for the CFO", "summary", [], "October 2026"),
        ("executive summary of september", "summary", [], "September 2026"),
        ("which team grew most last month, and which resource is behind it?", "grew_most", [], "October 2026"),
        ("what account had the biggest increase in October and what is behind it", "grew_most", [], "October 2026"),
        (
            "what is the forecast for November against October, and explain the difference",
            "forecast_explained",
            [],
            "1–15 Nov 2026",
        ),
        ("what changed on AWS last month and who owns it?", "what_changed", ["AWS"], "October 2026"),
        (
            "would the savings of open recommendations cover the overrun of payments?",
            "savings_and_overrun",
            ["payments"],
            "1–15 Nov 2026",
        ),
        (
            "what would we save if we stop dev and staging on weekends?",
            "weekend_stop",
            ["dev and staging"],
            "October 2026",
        ),
    ],
)
def test_a_recipe_is_told_by_its_parts(question: str, recipe: str, scope: list[str], period: str) -> None:
    """In any order and with any names and days beside them."""
    call = called(question)
    assert isinstance(call, RecipeCall)
    assert (call.recipe, [one.label for one in call.filters]) == (recipe, scope)
    assert call.period is not None
    assert call.period.label == period


def test_what_a_recipe_is_of_comes_from_the_question() -> None:
    """The dimension of a ranking, how many things, the other period; it is stored and read back."""
    accounts = called("which account grew most in october and what is behind it")
    assert isinstance(accounts, RecipeCall)
    assert accounts.by == "account"
    today = called("five things to look at today")
    assert isinstance(today, RecipeCall)
    assert today.limit == 5
    explained = called("what is the forecast for november against august, and explain the difference")
    assert isinstance(explained, RecipeCall)
    assert explained.compared is not None
    assert explained.compared.label == "August 2026"
    assert RecipeCall.from_json(explained.to_json()).to_json() == explained.to_json()


@pytest.mark.parametrize(
    "question",
    [
        "cost by team last month",
        "why did RDS go up in october?",
        "which team grew most last month?",
        "open recommendations",
        "what will november cost?",
        "for the monthly review I need compute by team in Q3",  # asks for something particular
        "monthly review for phoenix",  # a name that nobody bears
        "monthly review per region",
        "shut down dev on weekends",  # an order
        "what changed in october",
        "summary",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    """Nothing that says more than a recipe, or a word that is not understood, is answered by one."""
    assert called(question) is None


def test_a_name_that_is_not_clear_is_asked_about_with_the_whole_question() -> None:
    """The choice says the recipe too."""
    doubt = called("monthly review for the commerce account")
    assert isinstance(doubt, Doubt)
    assert doubt.choices[0].question == "monthly review for the account commerce-nonprod"


def test_every_recipe_on_a_button_is_one() -> None:
    """The help offers nothing that would be answered otherwise, and each recipe that needs no name."""
    called_ = [called(one) for one in RECIPES]
    assert all(isinstance(one, RecipeCall) for one in called_)
    assert len({one.recipe for one in called_ if isinstance(one, RecipeCall)}) == len(RECIPES)


PAYMENTS = Filter("team", ("payments",), "payments")
SEPTEMBER = periods.whole(date(2026, 9, 1), "month")
WEEK = periods.whole(date(2026, 9, 7), "week")


@pytest.mark.parametrize(
    ("question", "before", "scope", "period"),
    [
        (
            "why did it go up and what should we do?",
            AskedBefore((PAYMENTS,), SEPTEMBER),
            ["payments"],
            "September 2026",
        ),
        ("what changed and who owns it?", AskedBefore((PAYMENTS,), WEEK), ["payments"], "7–13 Sep 2026"),
        ("what changed for checkout and who owns it?", AskedBefore((PAYMENTS,), WEEK), ["checkout"], "7–13 Sep 2026"),
        ("what changed in october and who owns it?", AskedBefore((PAYMENTS,), WEEK), ["payments"], "October 2026"),
        ("which account grew most and what is behind it?", AskedBefore((), SEPTEMBER), [], "September 2026"),
        (
            "what would we save if we stop it on weekends?",
            AskedBefore((PAYMENTS,), SEPTEMBER),
            ["payments"],
            "September 2026",
        ),
        ("monthly review", AskedBefore((PAYMENTS,), SEPTEMBER), ["payments"], "September 2026"),
        ("monthly review", AskedBefore((PAYMENTS,), WEEK), ["payments"], "October 2026"),  # a week is no month
        ("weekly review", AskedBefore((PAYMENTS,), WEEK), ["payments"], "7–13 Sep 2026"),
        ("what should I look at today?", AskedBefore((PAYMENTS,), SEPTEMBER), ["payments"], "14 Nov 2026"),
        (
            "will we exceed any budget and what could we cut?",
            AskedBefore((PAYMENTS,), SEPTEMBER),
            ["payments"],
            "1–15 Nov 2026",
        ),
    ],
)
def test_what_a_recipe_does_not_say_is_of_the_answer_before(
    question: str, before: AskedBefore, scope: list[str], period: str
) -> None:
    """Its names and its period, unless the recipe is of now, or of another length."""
    call = recognise(question, FACTS, CALENDAR, before)
    assert isinstance(call, RecipeCall)
    assert call.period is not None
    assert ([one.label for one in call.filters], call.period.label) == (scope, period)


def test_the_period_compared_before_is_taken_over_with_the_other() -> None:
    """After September against July, what drove it is told against July; a period that is named has its own."""
    before = AskedBefore((), SEPTEMBER, periods.whole(date(2026, 7, 1), "month"))
    why = recognise("why, and what should we do?", FACTS, CALENDAR, before)
    assert isinstance(why, RecipeCall)
    assert why.compared is not None
    assert why.compared.label == "July 2026"
    named = recognise("why did it go up in october and what should we do?", FACTS, CALENDAR, before)
    assert isinstance(named, RecipeCall)
    assert named.compared is None
