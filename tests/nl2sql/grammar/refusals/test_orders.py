"""What only looks like a condition, and what is one: suppositions are refused, other questions with an `if` are not."""

import pytest

from nl2sql.grammar.refusals.orders import is_supposition


@pytest.mark.parametrize(
    "question",
    [
        "if we look at October, which services had the highest cost",
        "find out if EC2 grew in october",
        "I wonder if EC2 costs had increased",
        "cost by service, if you would",
        "if you would, show me cost by team",
        "did costs drop, and if yes which services dropped",
        "were costs of EC2 higher, and if so which accounts were up",
        "tell me if costs of EC2 grew last month",
        "let me know if spend doubled in october",
        "could you tell me if costs dropped",
        "would you check if EC2 grew in october",
        "do you know if the costs were lower in october",
        "if EC2 grew in october, what drove it",
        "if possible, list services that grew",
        "which services would be over budget, if any",
        "what would october have cost at list price",
        "how much would we have paid at public prices in q3",
        "which accounts had no cost in october",
        "what had we bought in october?",
        "how much could we save by team",
        "what did we save with reservations in october",
    ],
)
def test_an_ordinary_question_is_no_supposition(question: str) -> None:
    """An `if` that asks whether, is polite, or says where to look; a `would` without a condition."""
    assert not is_supposition(question)


@pytest.mark.parametrize(
    "question",
    [
        "what would we pay if all of EC2 were covered by savings plans?",
        "cost of checkout if traffic doubles",
        "what would october cost if we moved to graviton",
        "cost if we switched to arm",
        "what if we move EC2 to spot",
        "suppose we bought savings plans, what would we save",
        "imagine traffic doubled",
        "assuming EC2 grows 10%, what will we pay",
        "if we had bought reserved instances, what would october have cost",
        "cost of ec2 if prices were 10% lower",
        "what will we pay if checkout grows by 20%?",
        "cost of EC2 if it had been covered",
        "cost in october had we bought savings plans",
        "did costs drop, and if so what would we pay if traffic doubled?",
        "how much would payments save with a commitment",
        "what could ec2 save by moving to graviton",
    ],
)
def test_what_might_be_is_a_supposition(question: str) -> None:
    """By the verb of the condition, by a `would` beside it, or as a cost under a condition that moves something."""
    assert is_supposition(question)
