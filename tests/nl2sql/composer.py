"""Puts words together to questions with the SQL that answers them."""

import random
from typing import Any

from tests.nl2sql.composed_words import DIMENSIONS, FILTERS, MEASURES, SPANS, Span


class Composer:
    """Draws questions from one source of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def politely(self, question: str) -> str:
        """The question as one person or another would put it, now and then with a slip."""
        before = self.say(
            "", "", "", "hi, ", "please: ", "quick question: ", "can you tell me ", "I need the numbers: ", "hey team, "
        )
        after = self.say("", "", "", "?", " please", ", thanks!", " pls")
        return f"{before}{question.rstrip('?')}{after}"

    # ------------------------------------------------------------------ parts

    def say(self, *phrases: str) -> str:
        """One of several wordings."""
        return self.chance.choice(phrases)

    def filters(self, most: int, *but: str) -> tuple[str, str]:
        """Up to so many filters of different dimensions: their words, and their condition."""
        names = self.chance.sample([name for name in FILTERS if name not in but], self.chance.randint(0, most))
        parts = [self.chance.choice(FILTERS[name]) for name in names]
        if any("except" in part.phrases[0] or "resources" in part.phrases[0] for part in parts):
            parts = parts[:1]  # what is left out of what is another question
        return " in ".join(self.say(*part.phrases) for part in parts), "".join(f" AND {part.sql}" for part in parts)

    def dimension(self, *but: str) -> tuple[str, str, str, str]:
        """A dimension's name, its word, its word for several, its SQL."""
        name = self.chance.choice([name for name in DIMENSIONS if name not in but])
        singular, plural, sql = DIMENSIONS[name]
        return name, self.say(*singular), self.say(*plural), sql

    def measured(self) -> tuple[str, str]:
        """A measure's words and SQL."""
        part = self.chance.choice(MEASURES)
        return self.say(*part.phrases), part.sql

    def span(self, *without: int) -> tuple[str, Span]:
        """A period's words and the period."""
        span = self.chance.choice([span for place, span in enumerate(SPANS) if place not in without])
        return self.say(*span.phrases), span

    @staticmethod
    def made(question: str, kind: str, sql: str, match: str = "labels+numbers", **more: Any) -> dict[str, Any]:
        """A question as the files of questions hold it."""
        said = " ".join(question.split()).replace(" ?", "?")
        return {"question": said, "kind": kind, "gold_sql": " ".join(sql.split()), "match": match, **more}

    # ------------------------------------------------------------------ kinds
