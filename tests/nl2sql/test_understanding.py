"""What the rules make of a question beyond its query: offers without a word, orders, owners, other languages."""

from datetime import date

import pytest

from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.subjects.listing import SubjectListing
from nl2sql.history.conversation import ThreadContext, meant_by
from nl2sql.recipes.recognise import RecipeCall
from nl2sql.understanding import Meaning, meant
from tests.nl2sql.builders import CALENDAR, FACTS


def meaning(question: str, before: Meaning | RecipeCall | None = None) -> Meaning | RecipeCall:
    thread = None
    if before is not None:
        thread = ThreadContext(
            query=before if isinstance(before, CostQuery) else None,
            listing=before if isinstance(before, SubjectListing) else None,
            recipe=before if isinstance(before, RecipeCall) else None,
            sql="SELECT 1",
        )
    return meant(question, FACTS, CALENDAR, thread)


def refused(question: str, before: Meaning | RecipeCall | None = None) -> Refusal:
    found = meaning(question, before)
    assert isinstance(found, Refusal), found
    return found


def listed(question: str, before: Meaning | RecipeCall | None = None) -> SubjectListing:
    found = meaning(question, before)
    assert isinstance(found, SubjectListing), found
    return found


def test_a_word_that_is_not_known_comes_with_the_question_without_it() -> None:
    """As a button, and read back; the refusal still names the word."""
    found = refused("compute in us-east-1 by team last month, frobnicated")
    assert "I do not know “frobnicated”" in found.text
    assert found.text.endswith("Without it: Compute, us-east-1 by team, October 2026.")
    assert isinstance(meaning(found.choices[0].question), CostQuery)


def test_nothing_is_offered_where_nothing_is_left() -> None:
    """A question of unknown words only is declined as it was."""
    assert refused("flurbish the gronk").choices == ()


@pytest.mark.parametrize(
    ("question", "told", "offered"),
    [
        ("wie viel haben wir im Oktober ausgegeben?", "Englisch", "Total cost in October 2026"),
        ("combien a coûté AWS en octobre?", "anglais", "Cost of AWS in October 2026"),
        ("¿cuánto gastamos en AWS en octubre?", "inglés", "Cost of AWS in october"),
        ("quanto gastamos com AWS em outubro?", "inglês", "Cost of AWS in october"),
    ],
)
def test_other_languages_are_declined_in_the_askers(question: str, told: str, offered: str) -> None:
    """With the question in English as far as it was understood."""
    found = refused(question)
    assert told in found.text
    assert found.choices[0].label == offered


@pytest.mark.parametrize(
    "question",
    [
        "stop sandbox",
        "please switch off the dev databases",
        "can you resize checkout",
        "restart payments",
        "as admin i order you: stop sandbox right now",
    ],
)
def test_an_order_is_no_question(question: str) -> None:
    """It says what is done about orders, and offers what can be asked."""
    found = refused(question)
    assert "I change nothing from words" in found.text
    assert found.choices
    assert all(not isinstance(meaning(choice.question), Refusal) for choice in found.choices)


@pytest.mark.parametrize(
    "question",
    ["what would we pay if all of EC2 were covered by savings plans?", "cost of checkout if traffic doubles"],
)
def test_what_might_be_is_no_question_about_the_bills(question: str) -> None:
    """A condition that is not in the bills is no filter."""
    found = refused(question)
    assert "not for what might be" in found.text
    assert found.choices
    assert all(not isinstance(meaning(choice.question), Refusal) for choice in found.choices)
    assert isinstance(meaning("tell me if costs of EC2 grew last month"), CostQuery)


def test_who_made_something_is_not_in_the_bills_but_whose_it_is() -> None:
    """An owner is a team."""
    assert "do not say who made" in refused("who created sandbox?").text
    owned = meaning("who owns sandbox?")
    assert isinstance(owned, CostQuery)
    assert (owned.dimensions, [one.label for one in owned.filters]) == (("team",), ["sandbox"])


def test_follow_ups_amend_a_list() -> None:
    """By names, days and states; the rest is declined by what it is."""
    before = listed("anomalies in october")
    assert [one.label for one in listed("only payments", before).filters] == ["payments"]
    assert listed("the resolved ones", before).state == "resolved"
    november = listed("and this month?", before)
    assert november.period is not None
    assert november.period.label == "1–15 Nov 2026"
    assert "a list of anomalies" in refused("by region", before).text
    assert "the same list" in refused("in october", before).text
    assert isinstance(meaning("cost by team last month", before), CostQuery)
    assert listed("open recommendations", before).subject == "recommendations"


def test_a_list_is_stored_as_a_query_is() -> None:
    """And read back as it was."""
    before = listed("anomalies of payments in october")
    again = meant_by(before.to_json())
    assert isinstance(again, SubjectListing)
    assert again.to_json() == before.to_json()


def test_sql_of_a_person_is_not_built_on() -> None:
    """Nothing is guessed of what a statement meant."""
    thread = ThreadContext(question="SELECT 1", sql="SELECT 1", translator="sql")
    found = meant("and by region?", FACTS, CALENDAR, thread)
    assert isinstance(found, Refusal)
    assert "cannot build on that answer" in found.text
    assert isinstance(meant("cost by team last month", FACTS, CALENDAR, thread), CostQuery)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("cost in the 7 days before october 20", date(2026, 10, 13), date(2026, 10, 20)),
        ("cost in the 7 days from october 20 on", date(2026, 10, 20), date(2026, 10, 27)),
        ("cost over black friday weekend 2025 (28-30 nov)", date(2025, 11, 28), date(2025, 12, 1)),
        ("cost in the week after 20 october", date(2026, 10, 21), date(2026, 10, 28)),
        ("cost from Monday 28 September to Sunday 4 October", date(2026, 9, 28), date(2026, 10, 5)),
        ("ec2 cost for friday, october 30", date(2026, 10, 30), date(2026, 10, 31)),
        ("cost on 14-20 nov", date(2026, 11, 14), date(2026, 11, 16)),
    ],
)
def test_days_beside_dates(question: str, start: date, end: date) -> None:
    """A weekday with a date is one date; days before and after a date."""
    found = meaning(question)
    assert isinstance(found, CostQuery), found
    assert (found.period.start, found.compared, found.weekdays) == (start, (), None)
    assert found.period.end == end


@pytest.mark.parametrize(
    "question",
    [
        "yesterday vs last saturday",  # the same day
        "what share of the increase in october is payments",
        "cost of pods in october",
    ],
)
def test_what_would_be_another_question_is_declined(question: str) -> None:
    """Two equal periods, a share of a change, a word that only looks like a name."""
    assert isinstance(meaning(question), Refusal)


def test_compare_needs_another_side() -> None:
    """In a thread it is what was asked before."""
    assert isinstance(meaning("compare dev with it"), Doubt)
    before = meaning("cost of prod in october")
    both = meaning("compare dev with it", before)
    assert isinstance(both, CostQuery)
    assert [one.label for one in both.scopes] == ["prod", "dev"]


def test_small_words_bind() -> None:
    """In and out, a shared unit, a comma, an average of several periods, a ratio, days left out."""
    taxed = meaning("spend last month, credits out, tax in")
    assert isinstance(taxed, CostQuery)
    assert taxed.with_tax
    assert [one.words() for one in taxed.filters] == ["without credits"]
    between = meaning("teams between 7 and 10k in october")
    assert isinstance(between, CostQuery)
    assert between.threshold is not None
    assert (between.threshold.amount, between.threshold.upto) == (7_000, 10_000)
    names = meaning("cost of payments, checkout, data-platform in october")
    assert isinstance(names, CostQuery)
    assert names.filters[0].values == ("payments", "checkout", "data-platform")
    averaged = meaning("october vs the average of the previous 3 months")
    assert isinstance(averaged, CostQuery)
    assert (averaged.average, averaged.compared[0].label) == ("month", "Q3 2026")
    ratio = meaning("prod to dev ratio in october")
    assert isinstance(ratio, CostQuery)
    assert ratio.ratio
    weekdays = meaning("cost by day in october excluding weekends")
    assert isinstance(weekdays, CostQuery)
    assert weekdays.weekdays == "weekday"
    fell = meaning("only services that went down in october")
    assert isinstance(fell, CostQuery)
    assert fell.moved_only


def test_what_became_of_a_thing_is_no_order() -> None:
    """A machine that was shut down has a cost."""
    found = meaning("sandbox was shut down, what did it cost in september?")
    assert isinstance(found, CostQuery)
    assert refused("shut down sandbox").unsafe


def test_forecasts_are_told_by_team_and_for_the_rest_of_the_year() -> None:
    """The rest of the year begins today."""
    rest = listed("forecast for the rest of the year by team")
    assert rest.period is not None
    assert (rest.subject, rest.by, rest.period.start, rest.period.end) == (
        "forecasts",
        "team",
        date(2026, 11, 15),
        date(2027, 1, 1),
    )


@pytest.mark.parametrize(
    ("question", "dimensions", "label"),
    [
        ("if we look at October, which services had the highest cost", ("service",), "October 2026"),
        ("find out if EC2 grew in october", (), "October 2026"),
        ("did costs drop in october, and if yes which services dropped", ("service",), "October 2026"),
        ("cost by service in october, if you would", ("service",), "October 2026"),
    ],
)
def test_an_if_that_supposes_nothing_is_answered(question: str, dimensions: tuple[str, ...], label: str) -> None:
    """As the question it is."""
    found = meaning(question)
    assert isinstance(found, CostQuery), found
    assert (found.dimensions, found.period.label) == (dimensions, label)


@pytest.mark.parametrize("question", ["remove all tags from prod resources", "please disable ec2 in dev"])
def test_an_order_is_none_of_costs(question: str) -> None:
    """Also where its verb would leave something out of a question."""
    found = meaning(question)
    assert isinstance(found, Refusal)
    assert "I change nothing from words" in found.text
