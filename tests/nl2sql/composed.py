"""Questions composed from parts, each with the SQL over raw FOCUS files that
answers it: kinds x measures x filters x dimensions x periods x wordings.

`python -m tests.nl2sql.composed SEED COUNT` prints them as JSON lines.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.nl2sql.composed_comparisons import Comparisons
from tests.nl2sql.composed_words import FILTERS, NO_TAX, Part


class ComposedQuestions(Comparisons):
    """The kinds of questions, drawn in any order."""

    def questions(self, count: int) -> list[dict[str, Any]]:
        """That many different questions with their gold SQL."""
        kinds: tuple[Callable[[], dict[str, Any]], ...] = (
            self.scalar,
            self.scalar,
            self.table,
            self.table_of_two,
            self.versus,
            self.periods,
            self.moved,
            self.trend,
            self.top,
            self.share,
            self.shares,
            self.average,
            self.counted,
            self.over,
            self.extreme,
        )
        found: dict[str, dict[str, Any]] = {}
        while len(found) < count:
            question = self.chance.choice(kinds)()
            question["question"] = self.politely(question["question"])
            found.setdefault(question["question"], question)
        return [
            {"id": f"c{number:04d}", "expect_outcome": "answer", **question}
            for number, question in enumerate(found.values())
        ]

    def scalar(self) -> dict[str, Any]:
        """One figure."""
        (measure, sql), (words, condition), (when, span) = self.measured(), self.filters(2), self.span()
        text = self.say(
            f"{measure} of {words or 'everything'} {when}",
            f"what was the {measure} {'of ' + words if words else ''} {when}?",
            f"{words} {measure} {when}" if words else f"total {measure} {when}",
            f"please tell me the {measure} {'for ' + words if words else ''} {when}",
        )
        return self.made(
            text, "scalar", f"SELECT {sql} FROM focus WHERE {span.sql}{condition} {NO_TAX}", "numbers", abs=True
        )

    def table(self) -> dict[str, Any]:
        """A breakdown."""
        name, word, several, column = self.dimension()
        but = ("service",) if name == "provider" else ()  # Kubernetes across clouds is one figure
        (measure, sql), (words, condition), (when, span) = self.measured(), self.filters(2, name, *but), self.span()
        of = f"of {words}" if words else ""
        text = self.say(
            f"{measure} {of} by {word} {when}",
            f"{when} {measure} {of} per {word}",
            f"break down {measure} {of} {when} by {word}",
            f"show me {measure} {of} for each {word} {when}",
            f"{measure} {of} across {several} {when}",
        )
        return self.made(
            text,
            "table",
            f"SELECT {column} AS {name}, {sql} FROM focus WHERE {span.sql}{condition} {NO_TAX} GROUP BY 1",
        )

    def table_of_two(self) -> dict[str, Any]:
        """A breakdown by two dimensions."""
        name, word, _, column = self.dimension()
        other, second, _, second_column = self.dimension(name)
        (words, condition), (when, span) = self.filters(1, name, other), self.span()
        text = self.say(
            f"cost {'of ' + words if words else ''} by {word} and {second} {when}",
            f"{words} spend per {word} and per {second} {when}",
        )
        sql = (
            f"SELECT {column} AS {name}, {second_column} AS {other}, sum(EffectiveCost) FROM focus WHERE "
            f"{span.sql}{condition} {NO_TAX} GROUP BY 1, 2"
        )
        return self.made(text, "table", sql)

    def top(self) -> dict[str, Any]:
        """The most or least expensive few."""
        name, _, several, column = self.dimension("environment", "team", "region", "application")
        (words, condition), (when, span) = self.filters(1, name, "team", "provider"), self.span()
        number, down = self.chance.randint(2, 4), self.chance.random() < 0.2
        of = f"of {words}" if words else ""
        best = (
            self.say("cheapest", "least expensive")
            if down
            else self.say("most expensive", "biggest", "top", "costliest")
        )
        text = self.say(f"{number} {best} {several} {of} {when}", f"{best} {number} {several} {of} {when}")
        direction = "" if down else "DESC"
        sql = (
            f"SELECT {column} AS {name}, sum(EffectiveCost) FROM focus WHERE {span.sql}{condition} {NO_TAX} "
            f"GROUP BY 1 ORDER BY 2 {direction} LIMIT {number}"
        )
        return self.made(text, "topn", sql)

    def share(self) -> dict[str, Any]:
        """One part of a whole, in per cent."""
        part_name, whole_name = self.chance.sample(["service", "environment", "provider", "region"], 2)
        part, whole = (
            self.chance.choice(FILTERS[part_name]),
            self.chance.choice([*FILTERS[whole_name], Part(("",), "true")]),
        )
        when, span = self.span()
        inner, outer = self.say(*part.phrases), self.say(*whole.phrases)
        text = self.say(
            f"what percentage of {outer or 'total'} cost is {inner} {when}",
            f"share of {inner} in {outer or 'total'} spend {when}",
            f"how much percent of {outer or 'total'} spend is {inner} {when}?",
        )
        value = f"100.0 * coalesce(sum(EffectiveCost) FILTER ({part.sql}), 0) / nullif(sum(EffectiveCost), 0)"
        return self.made(
            text, "share", f"SELECT {value} FROM focus WHERE {span.sql} AND {whole.sql} {NO_TAX}", "numbers", pct=[0]
        )

    def shares(self) -> dict[str, Any]:
        """Every part of a whole, in per cent."""
        name, word, _, column = self.dimension()
        (words, condition), (when, span) = self.filters(1, name), self.span()
        of = f"of {words}" if words else ""
        text = self.say(
            f"share {of} by {word} {when}",
            f"percentage of cost {of} per {word} {when}",
            f"what share does each {word} have {of} {when}",
        )
        value = "100.0 * sum(EffectiveCost) / sum(sum(EffectiveCost)) OVER ()"
        return self.made(
            text,
            "share",
            f"SELECT {column} AS {name}, {value} FROM focus WHERE {span.sql}{condition} {NO_TAX} GROUP BY 1",
            pct=[1],
        )

    def average(self) -> dict[str, Any]:
        """A mean a day, of whole periods."""
        (words, condition), (when, span) = self.filters(2), self.span(4, 6, 11)
        of = f"of {words}" if words else ""
        text = self.say(
            f"average daily cost {of} {when}",
            f"average cost {of} per day {when}",
            f"what does an average day {of} cost {when}",
            f"mean daily spend {of} {when}",
        )
        days = f"date_diff('day', DATE '{span.start}', DATE '{span.end}')"
        return self.made(
            text,
            "scalar",
            f"SELECT sum(EffectiveCost) / {days} FROM focus WHERE {span.sql}{condition} {NO_TAX}",
            "numbers",
        )

    def counted(self) -> dict[str, Any]:
        """How many of something."""
        name, _, several, column = self.dimension()
        (words, condition), (when, span) = self.filters(1, name), self.span()
        text = self.say(
            f"how many {several} have cost {'in ' + words if words else ''} {when}",
            f"number of {several} {'in ' + words if words else ''} {when}",
        )
        return self.made(
            text,
            "scalar",
            f"SELECT count(DISTINCT {column}) FROM focus WHERE {span.sql}{condition} {NO_TAX}",
            "numbers",
        )

    def over(self) -> dict[str, Any]:
        """Groups over or under an amount."""
        name, _, several, column = self.dimension()
        (words, condition), (when, span) = self.filters(1, name), self.span()
        amount, above = self.chance.choice([500, 1000, 5000, 20000]), self.chance.random() < 0.7
        limit = self.say(f"${amount:,}", f"{amount} dollars", f"{amount / 1000:g}k")
        of = f"of {words}" if words else ""
        over, under = ("over", "above", "that cost more than"), ("under", "below", "that cost less than")
        side = self.say(*(over if above else under))
        text = self.say(
            f"{several} {of} {side} {limit} {when}",
            f"which {several} {of} cost {'more' if above else 'less'} than {limit} {when}?",
        )
        having = f"HAVING sum(EffectiveCost) {'>' if above else '<'} {amount}"
        sql = (
            f"SELECT {column} AS {name}, sum(EffectiveCost) FROM focus WHERE {span.sql}{condition} {NO_TAX} "
            f"GROUP BY 1 {having}"
        )
        return self.made(text, "table", sql)

    def extreme(self) -> dict[str, Any]:
        """The most expensive day."""
        (words, condition), (when, span) = self.filters(1), self.span(10)
        of = f"of {words}" if words else ""
        text = self.say(
            f"most expensive day {of} {when}", f"which day was the most expensive {of} {when}", f"peak day {of} {when}"
        )
        sql = (
            "SELECT CAST(ChargePeriodStart AS DATE) AS day, sum(EffectiveCost) FROM focus WHERE "
            f"{span.sql}{condition} {NO_TAX} GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        )
        return self.made(text, "topn", sql, first_row=True)


if __name__ == "__main__":
    for line in ComposedQuestions(int(sys.argv[1])).questions(int(sys.argv[2])):
        sys.stdout.write(json.dumps(line) + "\n")
