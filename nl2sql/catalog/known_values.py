"""Cached per data version: the date range of the bills and the distinct dimension values."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import sqlalchemy as sa

from analysis.anomalies.completeness import Curve
from config.access import Actor
from nl2sql.catalog import young_days
from nl2sql.catalog.linking import Match, Taught, Values, index
from nl2sql.catalog.semantics import Semantics, semantics
from nl2sql.catalog.tag_dimensions import with_tags
from nl2sql.grammar.query import Filter

DIMENSIONS = (
    "provider",
    "billing_account",
    "account_id",
    "account",
    "service",
    "service_category",
    "region",
    "team",
    "environment",
    "application",
    "commitment_type",
    "currency",
)
_KEPT = 64

# One pass over the rollup: one grouping set per dimension, each with the providers that bill its values.
_GROUPINGS = ", ".join(f"grouping({name}) AS g_{name}" for name in DIMENSIONS)
_DISTINCT = (
    f"SELECT {', '.join(DIMENSIONS)}, {_GROUPINGS} "  # noqa: S608 - names of columns, from DIMENSIONS
    "FROM reporting.daily_costs WHERE (:all OR team = ANY(:teams)) "
    f"GROUP BY GROUPING SETS ({', '.join(f'({name}, provider)' for name in DIMENSIONS)})"
)
_VERSION = (
    "SELECT max(id) || ' ' || max(finished_at) || ' ' || (SELECT min(usage_date) FROM finops.daily_costs) "
    "FROM finops.loads WHERE status = 'loaded'"
)
_FIRST = "SELECT min(usage_date) FROM reporting.daily_costs"
_REACH = "SELECT provider, data_through FROM reporting.data_freshness WHERE active"
# Months whose bill changed by half a percent or more when it should have been final, by provider; the newest such day.
_RESTATED = """
    WITH restated AS (
        SELECT l.source_id, to_date(p->>'period', 'YYYY-MM') AS month, max(l.finished_at)::date AS day
        FROM finops.loads l CROSS JOIN LATERAL jsonb_array_elements(l.replaced->'periods') p
        CROSS JOIN LATERAL jsonb_each(p->'restated') c
        WHERE l.status = 'loaded' AND l.finished_at >= to_date(p->>'period', 'YYYY-MM') + interval '1 month 10 days'
        AND abs((c.value->>'now')::numeric - (c.value->>'was')::numeric)
            >= 0.005 * greatest(abs((c.value->>'was')::numeric), 1)
        GROUP BY 1, 2
    )
    SELECT r.month, d.provider, max(r.day) AS day FROM restated r CROSS JOIN LATERAL (
        SELECT DISTINCT c.provider FROM finops.daily_costs c WHERE c.source_id = r.source_id
        AND c.billing_period_start >= r.month::timestamp AT TIME ZONE 'UTC'
        AND c.billing_period_start < (r.month + interval '1 month') AT TIME ZONE 'UTC'
    ) d GROUP BY 1, 2
"""
_TAG_KEYS = (  # keys without teams, as a file may have them that an earlier version wrote, are for who sees all
    "SELECT DISTINCT jsonb_array_elements_text(t.keys) AS tag_key FROM finops.lake_files CROSS JOIN LATERAL "
    "jsonb_each(CASE jsonb_typeof(tag_keys) WHEN 'array' THEN jsonb_build_object('', tag_keys) ELSE tag_keys END) "
    "AS t (team, keys) WHERE retired_at IS NULL AND (:all OR t.team = ANY(:teams)) ORDER BY 1"
)
_RESOURCE = (
    "SELECT resource_id, resource_name FROM reporting.resources WHERE (resource_id = :name OR "
    "resource_name = :name) AND (:all OR team = ANY(:teams)) LIMIT 2"
)
_RESOURCES_LIKE = (
    "SELECT resource_id, resource_name FROM reporting.resources WHERE strpos(lower(resource_name), "
    "lower(:name)) > 0 AND (:all OR team = ANY(:teams)) ORDER BY resource_name, resource_id LIMIT 6"
)


@dataclass(frozen=True)
class Reach:
    """The newest day of each provider that delivers, and which providers bill a value of a dimension."""

    newest: Mapping[str, date] = field(default_factory=dict)
    billed_by: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def within(self, filters: Iterable[Filter]) -> Mapping[str, date]:
        """The newest days of the providers in a scope; of all providers where the filters match none."""
        left = set(self.newest)
        for one in filters:
            providers = [self.billed_by.get((one.dimension, str(value)), frozenset()) for value in one.values]
            if all(providers) and not one.negated:
                left &= frozenset().union(*providers)
        return {name: self.newest[name] for name in left} or self.newest


@dataclass(frozen=True)
class Facts:
    """One version of the data as askers with the same visibility see it; `first` is the first day with charges,
    `through` the last that every provider in question has delivered. `restated` holds, by
    the first day of a month and the provider, when its bill changed though it should have been final.
    """

    version: str
    first: date
    through: date
    values: Values
    restated: Mapping[tuple[date, str], date] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    tag_keys: tuple[str, ...] = ()
    completeness: Curve = field(default_factory=Curve)
    taught: tuple[Taught, ...] = ()

    @cached_property
    def semantics(self) -> Semantics:
        """The catalogue, with a dimension for each tag key of the line items."""
        return with_tags(semantics(), self.tag_keys)

    def within(self, filters: Iterable[Filter]) -> "Facts":
        """The same data, as far as the bills of a scope reach."""
        newest = self.reach.within(filters)
        return replace(self, through=min(newest.values()), reach=Reach(newest)) if newest else self


@dataclass(frozen=True)
class NoData:
    """No bill has been loaded yet."""


_Place = tuple[str, str, frozenset[str] | None, tuple[tuple[str, tuple[str, ...]], ...], tuple[Taught, ...]]
_cache: OrderedDict[_Place, Facts] = OrderedDict()
_lock = threading.Lock()


def facts(
    engine: sa.Engine, asker: Actor, own_words: Mapping[str, tuple[str, ...]], taught: tuple[Taught, ...] = ()
) -> Facts | NoData:
    """The data's version, reach and names for an asker; cached until a load, retention, `own_words` or what was taught
    change it.
    """
    teams = None if asker.sees_all else asker.teams
    with engine.connect() as connection:
        version = connection.scalar(sa.text(_VERSION))
        if version is None:
            return NoData()
        place = (str(engine.url), version, teams, tuple(sorted(own_words.items())), taught)
        with _lock:
            if place in _cache:
                _cache.move_to_end(place)
                return _cache[place]
        read = _read(connection, engine, version, teams, own_words, taught)
    if isinstance(read, Facts):
        with _lock:
            _cache[place] = read
            while len(_cache) > _KEPT:
                _cache.popitem(last=False)
    return read


def _read(
    connection: sa.Connection,
    engine: sa.Engine,
    version: str,
    teams: frozenset[str] | None,
    own_words: Mapping[str, tuple[str, ...]],
    taught: tuple[Taught, ...],
) -> Facts | NoData:
    first = connection.scalar(sa.text(_FIRST))
    if first is None:
        return NoData()
    narrowed = {"all": teams is None, "teams": sorted(teams or ())}
    names: dict[str, set[str]] = {name: set() for name in DIMENSIONS}
    billed_by: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in connection.execute(sa.text(_DISTINCT), narrowed).mappings():
        for name in DIMENSIONS:
            if row[f"g_{name}"] == 0 and row[name] is not None:
                names[name].add(row[name])
                billed_by[name, row[name]].add(row["provider"])
    newest = {row.provider: row.data_through for row in connection.execute(sa.text(_REACH))}
    reach = Reach(
        {name: day for name, day in newest.items() if name in names["provider"]} or newest,
        {key: frozenset(providers) for key, providers in billed_by.items()},
    )

    def find_resources(name: str) -> tuple[Match, ...]:
        parameters = {"name": name, **narrowed}
        with engine.connect() as later:
            exact = later.execute(sa.text(_RESOURCE), parameters).all()
            rows = exact or later.execute(sa.text(_RESOURCES_LIKE), parameters).all()
        if len(exact) > 1:  # one name for several: none is meant more than the other
            return ()
        return tuple(
            Match("resource_id", (row.resource_id,), row.resource_name or name, near=not exact) for row in rows
        )

    through = min(reach.newest.values(), default=first)
    restated = {(row.month, row.provider): row.day for row in connection.execute(sa.text(_RESTATED))}
    names_known = index(names, semantics(), own_words, find_resources, taught)
    tag_keys = tuple(connection.scalars(sa.text(_TAG_KEYS), narrowed))
    curve = young_days.curve(connection)
    return Facts(version, first, through, names_known, restated, reach, tag_keys, curve, taught)
