"""Run as a program: reads patterns as JSON from stdin, each with the length of what it may be given, tries each over
strings of that length that are made against it, and prints those whose work has no end.
"""

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from re import _constants as sre  # the parser of patterns is the standard library's own, without a promise
from re import _parser
from typing import Any

MOST_WORK = 30  # seconds of processor time a pattern; a square law over 2,000 characters takes two
PUMPS = (" ", "\n", "a", "0", "<", "-", ",", ".", "a ", " ,", "0,", "://", "a.", "_", "$", "A", "[", "=", ":", "'")
ENDS = ("", "\x01")
_SAMPLES = {
    sre.CATEGORY_DIGIT: "0",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_NOT_WORD: "!",
}


def sample(tokens: Any, most: int = 1) -> str:
    """A text that goes as far through a pattern as can be told without matching."""
    return "".join(_sample(operator, argument, most) for operator, argument in tokens)


def _sample(operator: Any, argument: Any, most: int) -> str:
    if operator is sre.LITERAL:
        return chr(argument)
    if operator is sre.IN:
        return _member(argument)
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        low, high, inner = argument
        return sample(inner, most) * int(max(low, min(most, high)))
    if operator is sre.SUBPATTERN:
        return sample(argument[-1], most)
    if operator is sre.ATOMIC_GROUP:
        return sample(argument, most)
    if operator is sre.BRANCH:
        return sample(argument[1][0], most)
    return "a" if operator in (sre.ANY, sre.NOT_LITERAL) else ""


def _member(items: Any) -> str:
    if items[0][0] is sre.NEGATE:
        pattern = [item for item in items[1:] if item[0] is sre.LITERAL]
        return str(next(one for one in "a !0" if one not in {chr(item[1]) for item in pattern}))
    operator, argument = items[0]
    if operator is sre.LITERAL:
        return chr(argument)
    return chr(argument[0]) if operator is sre.RANGE else _SAMPLES.get(argument, "a")


def pieces(tokens: Any) -> Iterator[str]:
    """What each repeated part of a pattern repeats."""
    for operator, argument in tokens:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield sample(argument[2])
            yield from pieces(argument[2])
        elif operator is sre.SUBPATTERN:
            yield from pieces(argument[-1])
        elif operator is sre.BRANCH:
            for branch in argument[1]:
                yield sample(branch)
                yield from pieces(branch)


def attacks(pattern: str, flags: int) -> Iterator[tuple[str, str, str]]:
    """Beginnings, parts that are repeated, and ends."""
    tokens = _parser.parse(pattern, flags)
    whole = sample(tokens)
    starts = {"", whole[: len(whole) // 2], whole}
    pumps = {pump for pump in (*PUMPS, *pieces(tokens), whole, whole[:-1]) if pump}
    pairs = {one + other for one in set(pieces(tokens)) for other in (" ", "a")}
    for start in sorted(starts):
        for pump in sorted(pumps | pairs):
            for end in ENDS:
                yield start, pump, end


def say(*words: str) -> None:
    """A line of JSON, at once: this process or its child may be killed next."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def try_one(pattern: str, flags: int, length: int) -> None:
    """Find every match in every string."""
    compiled = re.compile(pattern, flags)
    for start, pump, end in attacks(pattern, flags):
        compiled.sub("", start + pump * (length // len(pump)) + end)


def main() -> None:
    """Try each pattern in a process of its own, which ends after so much work; say which, and what has no end."""
    for place, pattern, flags, length in json.load(sys.stdin):
        say("tried", place, pattern)
        if (child := os.fork()) == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (MOST_WORK, MOST_WORK))
            try_one(pattern, flags, length)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            say("endless", place, pattern)


if __name__ == "__main__":
    main()
