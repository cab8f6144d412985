"""Work in a process of its own."""

import operator

import pytest

from config.errors import UserError
from demo.processes import apart


def test_the_result_comes_back() -> None:
    """Whatever can be pickled."""
    assert apart(operator.add, 1, 2) == 3


def test_its_end_is_a_sentence_with_its_last_word() -> None:
    """No traceback of a child."""
    with pytest.raises(UserError, match="truediv ended before it was done: ZeroDivisionError: division by zero"):
        apart(operator.truediv, 1, 0)
