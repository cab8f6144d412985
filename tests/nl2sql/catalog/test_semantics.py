"""The catalogue as it is read: phrases, kinds, synonyms; and that the one that is shipped holds together."""

from typing import Any

import pytest

from db.database import Database
from db.reporting.charges_view import CHARGES
from nl2sql.catalog.semantics import Entry, Semantics, build, key, semantics


def small(**more: Any) -> Semantics:
    content: dict[str, Any] = {
        "unsafe": {"change": ["delete", "shut down"]},
        "outside": {"other": ["weather"]},
        "metrics": {"effective": {"definition": "after discounts", "phrases": ["cost", "real cost"]}},
        "charges": {"tax": {"column": "charge_category", "values": ["Tax"], "phrases": ["tax"]}},
        "dimensions": {"service": {"column": "service", "phrases": ["service"], "plural": ["services"]}},
        "words": {"noun": {"cost": ["cost", "spend"]}},
        "services": {"Lambda": {"names": ["AWS Lambda"], "phrases": ["lambda", "serverless functions"]}},
        "categories": {"Compute": ["compute"]},
        "providers": {"Microsoft": ["azure"]},
        "environments": {"prod": ["production"]},
        "regions": {"eu-west-1": ["ireland"]},
        "continents": {"europe": {"within": ["eu-west-1"], "phrases": ["europe"]}},
        "golden": [{"question": "what did we spend?", "sql": "SELECT 1"}],
        "notes": ["a note"],
        **more,
    }
    return build(content)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("EC2-Cost", ("ec2", "cost")),
        ("shut  down", ("shut", "down")),
        ("team_name", ("team", "name")),
        ("Straße", ("strasse",)),
        (">= 5 %", (">=", "5")),
        ("≥5", ("≥", "5")),
        ("...", ()),
    ],
)
def test_phrases_are_compared_without_case_and_punctuation(phrase: str, words: tuple[str, ...]) -> None:
    assert key(phrase) == words


def test_a_phrase_has_one_meaning_of_a_kind_and_the_gravest_first() -> None:
    """`cost` is a metric and a noun; what is unsafe goes before everything."""
    found = small(words={"noun": {"cost": ["cost"], "other": ["cost"], "stop": ["delete"]}})
    assert found.lexicon["cost",] == (Entry("metric", "effective"), Entry("noun", "cost"))
    assert found.lexicon["delete",][0].kind == "unsafe"


def test_plurals_are_known_as_such() -> None:
    lexicon = small().lexicon
    assert lexicon["service",] == (Entry("dimension", "service"),)
    assert lexicon["services",] == (Entry("dimension", "service", plural=True),)


def test_the_longest_phrase_bounds_how_far_is_looked() -> None:
    assert small().longest == 2


def test_synonyms_name_values_as_bills_write_them() -> None:
    """A service by the names of its provider, an environment by its own name too, a continent by its regions."""
    by_label = {(one.dimension, one.label): one for one in small().synonyms}
    assert by_label["service", "Lambda"].names == ("AWS Lambda",)
    assert by_label["service", "Lambda"].phrases == (("lambda",), ("serverless", "functions"))
    assert by_label["environment", "prod"].names == ("prod", "production")
    assert by_label["region", "eu-west-1"].names == ("eu-west-1",)
    assert by_label["region", "europe"].within == ("eu-west-1",)


def test_words_of_the_shipped_catalogue_are_words() -> None:
    """`no` and `on` are not read as booleans, `2026` not as a number."""
    found = semantics()
    assert all(isinstance(word, str) for phrase in found.lexicon for word in phrase)
    assert all(phrase for phrase in found.lexicon)  # none consists of punctuation alone


def test_no_phrase_of_a_synonym_would_be_refused() -> None:
    """A service whose name forbids the question could never be asked about."""
    found = semantics()
    refused = {phrase for phrase, entries in found.lexicon.items() if entries[0].kind == "unsafe"}
    assert not [one.label for one in found.synonyms if refused & set(one.phrases)]


def test_dimensions_and_charges_are_columns_of_their_views(database: Database) -> None:
    """A word that leads to a column which is not there would fail every question with it."""
    found = semantics()
    with database.owner.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'reporting'"
        )
        columns = {(view, column) for view, column in rows}
    columns |= {("charges", column.name) for column in CHARGES.columns}
    for dimension in found.dimensions.values():
        wanted = {dimension.column, dimension.fallback or dimension.column}
        assert {(dimension.view, column) for column in wanted} <= columns, dimension.name
    views = {("charges" if charge.contains else "daily_costs", charge.column) for charge in found.charges.values()}
    assert views <= columns  # what parts of names tell, line items hold
