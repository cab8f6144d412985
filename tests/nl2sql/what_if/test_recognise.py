"""Which supposition a question makes, and which makes none."""

import pytest

from nl2sql.what_if.recognise import BudgetPassed, PlanBought, ScopeGrows, supposed


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("what if we buy a savings plan of $2/h", PlanBought(2.0, "$")),
        ("What would we save if we bought a compute savings plan of 1.50 USD per hour?", PlanBought(1.5)),
        ("how much would it save us if we committed to $3 an hour?", PlanBought(3.0, "$")),
        ("what if checkout grows 20 %", ScopeGrows("checkout", 0.2, 30)),
        (
            "what happens if payments' costs rise by 15 percent over the next 90 days?",
            ScopeGrows("payments'", 0.15, 90),
        ),
        ("suppose the team search shrinks 10%", ScopeGrows("search", -0.1, 30)),
        ("what if our spend doubles", ScopeGrows("", 1.0, 30)),
        ("when do we pass the budget at this pace", BudgetPassed("")),
        ("When will payments pass its budget?", BudgetPassed("payments")),
        ("what day does the payments team exceed its budget if it goes on like this", BudgetPassed("the payments")),
        ("when will the payments budget be used up?", BudgetPassed("payments")),
        ("when will the budget of payments be exceeded", BudgetPassed("payments")),
        ("how soon are we going to run out of budget?", BudgetPassed("")),
    ],
)
def test_a_supposition_is_read(question: str, meant: object) -> None:
    found = supposed(question)
    if isinstance(meant, BudgetPassed | ScopeGrows):
        assert found is not None
        assert found.name.removeprefix("the ").rstrip("'") == meant.name.removeprefix("the ").rstrip("'")
        assert type(found) is type(meant)
        assert getattr(found, "share", None) == getattr(meant, "share", None)
        assert getattr(found, "days", None) == getattr(meant, "days", None)
    else:
        assert found == meant


@pytest.mark.parametrize(
    "question",
    [
        "which budgets are over?",
        "is payments under its budget?",
        "what if checkout moved to spot",
        "what would EC2 cost if it were covered",
        "what if we buy three servers",
        "what if we buy a reserved instance of $2/h",
        "what if checkout grows 20 % and payments falls 10 %",
        "what grew 20 % last month",
        "when did payments pass its budget last year",
        "what was payments' budget",
        "how much did we save",
    ],
)
def test_other_questions_are_none(question: str) -> None:
    assert supposed(question) is None
