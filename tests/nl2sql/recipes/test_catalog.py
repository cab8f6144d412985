"""Every recipe is whole, and what is said for it is written out as its brackets say."""

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.subjects.views import SUBJECTS
from nl2sql.recipes.catalog import phrasebook, recipes, written_out


def test_brackets_stand_for_one_of_several_or_none() -> None:
    """Round ones have to be said, square ones may be."""
    assert written_out("what (can|could) we cut [now]") == {
        ("what", "can", "we", "cut"),
        ("what", "could", "we", "cut"),
        ("what", "can", "we", "cut", "now"),
        ("what", "could", "we", "cut", "now"),
    }


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_names_what_exists(name: str) -> None:
    """Its parts have phrases, its steps dimensions and lists; at most one step is drawn."""
    recipe = recipes()[name]
    parts = {part for found in phrasebook().parts.values() for part in found}
    assert parts.issuperset({part for says in recipe.says for part in says.words} | set(recipe.beside))
    assert sum(step.chart for step in recipe.steps) == 1
    for step in recipe.steps:
        assert (step.query is None) != (step.listed is None)
        if step.query:
            assert {*step.query.dimensions} <= {*semantics().dimensions, "by"}
        if step.listed:
            assert step.listed.subject in SUBJECTS
