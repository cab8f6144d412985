"""The allocation rules of `finops.yaml`: who owns a charge, from its tags, account, resource and service."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.errors import UserError
from config.sections.bills import Allocation, AllocationRule
from db.focus import ALLOCATED
from flows.ingest import wildcards
from flows.ingest.formats.tags import plain_key, plain_keys

if TYPE_CHECKING:
    import polars as pl

_VALUE_CAP = 256  # characters; the longest tag value of the three large providers


def rules_of(allocation: Allocation) -> dict[str, tuple[AllocationRule, ...]]:
    """The ordered rules of team, environment and application."""
    return {name: getattr(allocation, name) for name in ALLOCATED}


def tag_value(tags: dict[str, object], rule: AllocationRule) -> str | None:
    """The first value of a rule's tag keys that is not empty, trimmed and capped; lists and objects count as empty.

    Keys are compared without case and without a provider's prefix (`user:`), unless the rule is exact; the key as it
    is written comes first.
    """
    plain = plain_keys(tags) if rule.tag and tags and not rule.exact else {}
    for key in rule.tag:
        for value in (tags.get(key), plain.get(plain_key(key))):
            if value is not None and not isinstance(value, list | dict):
                text = str(value).strip()[:_VALUE_CAP]
                if text:
                    return text
    return None


def expression(rules: Sequence[AllocationRule], tags: Sequence[str]) -> "pl.Expr":
    """The value of the first rule that gives one; `tags` names, for each rule,
    the column with what its tag keys hold.
    """
    import polars as pl

    given = [_given(rule, column) for rule, column in zip(rules, tags, strict=True)]
    return pl.coalesce(given) if given else pl.lit(None, dtype=pl.String)


def _given(rule: AllocationRule, tags: str) -> "pl.Expr":
    import polars as pl

    if rule.value is None:
        return pl.col(tags)
    holds = pl.col(tags).is_not_null() if rule.tag else pl.lit(True)
    if rule.account is not None:
        pattern = wildcards.regex(rule.account)
        holds = holds & (_matches("sub_account_name", pattern) | _matches("sub_account_id", pattern))
    if rule.resource is not None:
        holds = holds & (_matches("resource_name", _supported(rule.resource)) | _matches("resource_id", rule.resource))
    if rule.service is not None:
        holds = holds & _matches("service_name", wildcards.regex(rule.service))
    return pl.when(holds).then(pl.lit(rule.value))


def _matches(column: str, pattern: str) -> "pl.Expr":
    import polars as pl

    return pl.col(column).str.contains(pattern).fill_null(value=False)


def _supported(pattern: str) -> str:
    """The pattern, when the engine that reads bills takes it: no look-around,
    no back-references; else raises `UserError`.
    """
    import polars as pl

    try:
        pl.Series(["x"]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        raise UserError(
            f"The allocation rule `resource: {pattern}` cannot be used: look-around and back-references are not "
            "supported."
        ) from error
    return pattern
