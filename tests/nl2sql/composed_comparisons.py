"""Composed questions that compare: two of a kind, two periods, what moved, a course of time."""

from typing import Any

from tests.nl2sql.composed_words import DIMENSIONS, GRAINS, MONTHS, NO_TAX, Span
from tests.nl2sql.composer import Composer


class Comparisons(Composer):
    """The kinds of questions that compare."""

    def versus(self) -> dict[str, Any]:
        """Two things side by side."""
        name = self.chance.choice(["team", "environment", "provider", "account", "service"])
        sides = {
            "team": ("payments", "ml", "web"),
            "environment": ("prod", "dev", "staging"),
            "provider": ("aws", "gcp", "azure"),
            "account": ("commerce-prod", "analytics-prod", "sandbox"),
            "service": ("rds", "bigquery", "cosmos db"),
        }[name]
        stored = {
            "aws": "AWS",
            "gcp": "Google Cloud",
            "azure": "Microsoft",
            "rds": "Amazon Relational Database Service",
            "bigquery": "BigQuery",
            "cosmos db": "Azure Cosmos DB",
        }
        one, two = self.chance.sample(sides, 2)
        (words, condition), (when, span) = self.filters(1, name, "provider", "account", "service"), self.span()
        within = f"in {words}" if words else ""
        text = self.say(
            f"{one} vs {two} {within} {when}",
            f"compare {one} and {two} {within} {when}",
            f"cost of {one} compared to {two} {within} {when}",
        )
        column = DIMENSIONS[name][2]
        names = ", ".join(repr(stored.get(side, side)) for side in (one, two))
        sql = (
            f"SELECT {column} AS {name}, sum(EffectiveCost) FROM focus WHERE {span.sql}{condition} AND {column} "
            f"IN ({names}) {NO_TAX} GROUP BY 1"
        )
        return self.made(text, "comparison", sql)

    def _two_periods(self) -> tuple[str, str, Span, Span]:
        later, earlier = sorted(self.chance.sample(MONTHS[:3], 2), key=lambda span: span.start, reverse=True)
        if self.chance.random() < 0.25:
            later, earlier = MONTHS[3], MONTHS[4]
        return self.say(*later.phrases), self.say(*earlier.phrases), later, earlier

    def periods(self) -> dict[str, Any]:
        """Two periods side by side, alone or by a dimension."""
        now, then, later, earlier = self._two_periods()
        grouped = self.chance.random() < 0.5
        name, word, _, column = self.dimension()
        words, condition = self.filters(
            1, name, "team", "service", "environment"
        )  # `compare lambda and dynamodb` would be two sides
        by = f"by {word}" if grouped else ""
        text = self.say(
            f"{words} {now} vs {then} {by}",
            f"compare {words} cost {by} in {now} with {then}",
            f"{words} spend {by} {then} versus {now}",
        )
        sums = ", ".join(
            f"coalesce(sum(EffectiveCost) FILTER ({span.sql}), 0) AS {name}"
            for name, span in (("later", later), ("earlier", earlier))
        )
        label = f"{column} AS {name}, " if grouped else ""
        sql = f"SELECT {label}{sums} FROM focus WHERE true{condition} {NO_TAX} {'GROUP BY 1' if grouped else ''}"
        return self.made(text, "comparison", sql, "labels+numbers" if grouped else "numbers")

    def moved(self) -> dict[str, Any]:
        """The change between two periods, in money or per cent."""
        now, then, later, earlier = self._two_periods()
        words, condition = self.filters(
            1, "team", "service", "environment"
        )  # the difference of two things would be another question
        percent = self.chance.random() < 0.5
        what = words or "total cost"
        text = (
            self.say(
                f"by how many percent did {what} change from {then} to {now}",
                f"percentage change of {what} {now} vs {then}",
                f"growth of {what} from {then} to {now} in percent",
            )
            if percent
            else self.say(
                f"how much did {what} change from {then} to {now}",
                f"difference in {what} cost between {then} and {now}",
                f"how much more or less did {what} cost in {now} than in {then}",
            )
        )
        after, before = (f"sum(EffectiveCost) FILTER ({span.sql})" for span in (later, earlier))
        value = f"100.0 * ({after} / {before} - 1)" if percent else f"{after} - {before}"
        more = {"pct": [0]} if percent else {"abs": True}
        related = f"SELECT {after}, {before} FROM focus WHERE true{condition} {NO_TAX}"
        return self.made(
            text,
            "comparison",
            f"SELECT {value} FROM focus WHERE true{condition} {NO_TAX}",
            "numbers",
            related_sql=related,
            **more,
        )

    def trend(self) -> dict[str, Any]:
        """A row a day, week or month."""
        grain, phrases = self.chance.choice(GRAINS)
        (measure, sql), (words, condition), (when, span) = (
            self.measured(),
            self.filters(2),
            self.span(3, 10) if grain != "day" else self.span(6, 9, 11),
        )
        of = f"of {words}" if words else ""
        said = self.say(*phrases)
        text = (
            self.say(f"{said} {measure} {of} {when}", f"{measure} {of} {when} {said}")
            if said == phrases[0]
            else f"{measure} {of} {said} {when}"
        )
        column = (
            "CAST(ChargePeriodStart AS DATE)"
            if grain == "day"
            else f"CAST(date_trunc('{grain}', ChargePeriodStart) AS DATE)"
        )
        return self.made(
            text,
            "trend",
            f"SELECT {column} AS {grain}, {sql} FROM focus WHERE {span.sql}{condition} {NO_TAX} GROUP BY 1 ORDER BY 1",
        )
