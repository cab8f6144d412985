"""Questions composed from parts, each with the SQL over raw FOCUS files that
answers it: kinds x measures x filters x dimensions x periods x wordings.

`python -m tests.nl2sql.composed SEED COUNT` prints them as JSON lines.
"""

import json
import random
import sys
from collections.abc import Callable
from typing import Any, NamedTuple


class Part(NamedTuple):
    """Words, one of which is said, and the SQL they mean."""

    phrases: tuple[str, ...]
    sql: str


class Span(NamedTuple):
    """Words for a period, and its first day and the day after its last."""

    phrases: tuple[str, ...]
    start: str
    end: str

    @property
    def sql(self) -> str:
        """The condition on a charge's start."""
        return f"ChargePeriodStart >= '{self.start}' AND ChargePeriodStart < '{self.end}'"


def _tag(name: str, *values: str) -> str:
    return f"(Tags->>'{name}') IN ({', '.join(repr(value) for value in values)})"


def _service(*names: str) -> str:
    return f"ServiceName IN ({', '.join(repr(name) for name in names)})"


SPANS = (
    Span(
        ("in october", "last month", "in oct", "for october 2026", "during the month of october", "in 2026-10"),
        "2026-10-01",
        "2026-11-01",
    ),
    Span(("in september", "in sept", "for sep 2026", "the month before last"), "2026-09-01", "2026-10-01"),
    Span(("in q3", "last quarter", "in the third quarter", "from july to september"), "2026-07-01", "2026-10-01"),
    Span(("last week", "in the week of 2 november", "between 2 and 8 november"), "2026-11-02", "2026-11-09"),
    Span(("this month", "mtd", "month to date", "since the 1st of november"), "2026-11-01", "2026-11-16"),
    Span(("in the last 7 days", "over the past 7 days", "during the last seven days"), "2026-11-08", "2026-11-15"),
    Span(("since august", "from august on"), "2026-08-01", "2026-11-16"),
    Span(
        ("3-17 oct", "between 3 and 17 october", "from 3 to 17 october", "from 2026-10-03 to 2026-10-17"),
        "2026-10-03",
        "2026-10-18",
    ),
    Span(("in the first half of october", "from 1 oct until 15 oct"), "2026-10-01", "2026-10-16"),
    Span(("in h1 2026", "in the first half of 2026"), "2026-01-01", "2026-07-01"),
    Span(("yesterday", "on 14 november"), "2026-11-14", "2026-11-15"),
    Span(("ytd", "this year", "year to date", "since january"), "2026-01-01", "2026-11-16"),
)
MONTHS = (
    Span(("october", "oct"), "2026-10-01", "2026-11-01"),
    Span(("september", "sept"), "2026-09-01", "2026-10-01"),
    Span(("august", "aug"), "2026-08-01", "2026-09-01"),
    Span(("q3",), "2026-07-01", "2026-10-01"),
    Span(("q2",), "2026-04-01", "2026-07-01"),
)
FILTERS = {
    "team": (
        Part(("payments", "the payments team", "team payments"), _tag("team", "payments")),
        Part(("the ml team", "team ml"), _tag("team", "ml")),
        Part(("payments and checkout", "payments or checkout"), _tag("team", "payments", "checkout")),
        Part(("everything except the search team", "all but search"), "(Tags->>'team') IS DISTINCT FROM 'search'"),
        Part(("untagged resources", "unallocated spend"), "(Tags->>'team') IS NULL"),
    ),
    "service": (
        Part(("ec2", "Amazon EC2"), _service("Amazon Elastic Compute Cloud")),
        Part(("rds",), _service("Amazon Relational Database Service")),
        Part(("s3", "aws s3"), _service("Amazon Simple Storage Service")),
        Part(("bigquery", "big query"), _service("BigQuery")),
        Part(
            ("kubernetes", "k8s"),
            _service("Amazon Elastic Kubernetes Service", "Azure Kubernetes Service", "Kubernetes Engine"),
        ),
        Part(("lambda and dynamodb", "lambda or dynamodb"), _service("AWS Lambda", "Amazon DynamoDB")),
    ),
    "environment": (
        Part(("prod", "production"), _tag("environment", "prod")),
        Part(("dev", "the dev environment"), _tag("environment", "dev")),
        Part(("staging",), _tag("environment", "staging")),
        Part(("dev and staging",), _tag("environment", "dev", "staging")),
    ),
    "provider": (
        Part(("aws",), "ProviderName = 'AWS'"),
        Part(("azure",), "ProviderName = 'Microsoft'"),
        Part(("gcp", "google cloud"), "ProviderName = 'Google Cloud'"),
    ),
    "region": (
        Part(("eu-west-1", "ireland"), "RegionId = 'eu-west-1'"),
        Part(("us-east-1",), "RegionId = 'us-east-1'"),
    ),
    "account": (
        Part(("the commerce-prod account", "account commerce-prod"), "SubAccountName = 'commerce-prod'"),
        Part(("the sandbox account",), "SubAccountName = 'sandbox'"),
    ),
    "application": (
        Part(("checkout-web", "the checkout-web app"), _tag("application", "checkout-web")),
        Part(("ledger",), _tag("application", "ledger")),
    ),
}
DIMENSIONS = {
    "service": (("service",), ("services",), "ServiceName"),
    "team": (("team",), ("teams",), "(Tags->>'team')"),
    "account": (("account", "sub account"), ("accounts",), "SubAccountName"),
    "provider": (("provider", "cloud"), ("providers", "clouds"), "ProviderName"),
    "environment": (("environment", "env"), ("environments",), "(Tags->>'environment')"),
    "region": (("region",), ("regions",), "RegionId"),
    "application": (("application", "app"), ("applications", "apps"), "(Tags->>'application')"),
}
MEASURES = (
    Part(("cost", "spend", "costs", "spending", "total cost"), "sum(EffectiveCost)"),
    Part(("cost", "spend", "bill"), "sum(EffectiveCost)"),
    Part(("billed cost", "unblended cost"), "sum(BilledCost)"),
    Part(("list cost", "cost at list price"), "sum(ListCost)"),
    Part(
        ("savings against list", "savings vs list price"),
        "sum(ListCost) FILTER (WHERE ChargeCategory = 'Usage') - sum(EffectiveCost) "
        "FILTER (WHERE ChargeCategory = 'Usage' "
        "AND (ListCost > 0 OR CommitmentDiscountStatus = 'Unused' OR EffectiveCost = 0))",
    ),
)
GRAINS = (
    ("day", ("daily", "per day", "by day")),
    ("week", ("weekly", "per week", "by week")),
    ("month", ("monthly", "per month", "by month")),
)


class Composer:
    """Draws questions from one source of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

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


NO_TAX = "AND ChargeCategory <> 'Tax'"

if __name__ == "__main__":
    for line in Composer(int(sys.argv[1])).questions(int(sys.argv[2])):
        sys.stdout.write(json.dumps(line) + "\n")
