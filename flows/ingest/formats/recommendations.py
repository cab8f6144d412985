"""What the clouds themselves advise: Azure Advisor's and Google Cloud Recommender's exports, the part about cost.

Azure (REST API, Advisor, Recommendations; Resource Graph, advisorresources; the portal's CSV): `annualSavingsAmount` in
`savingsCurrency`, a twelfth of it a month. Google (BigQuery export of recommendations; `gcloud recommender
recommendations list`): `cost` of the cost projection over its duration, negative where money is saved, as units and
billionths; 30 days of it a month.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from flows.ingest.formats.times import read_time

Advisor = Literal["Azure Advisor", "Google Cloud Recommender"]
AZURE: Advisor = "Azure Advisor"
GOOGLE: Advisor = "Google Cloud Recommender"
Status = Literal["open", "done", "dismissed"]

_CAP = 500  # characters of a text that is stored
_MONTH = 30 * 86_400  # seconds
_CENT = Decimal("0.01")
_STATES: dict[str, Status] = {"SUCCEEDED": "done", "DISMISSED": "dismissed"}  # Google's; the others are open
# The first that fits an advice's name or words says its kind; no playbook acts on them.
_KINDS = (
    ("advised_commitment", re.compile(r"commitment|reserved|reservation|savings? plan", re.IGNORECASE)),
    ("advised_rightsize", re.compile(r"machinetype|overprovision|right-?size|resize|underutili", re.IGNORECASE)),
    ("advised_idle", re.compile(r"idle|shut ?down|unused|unattached|delete|not in use", re.IGNORECASE)),
)
_OTHER_KIND = "advised_saving"


@dataclass(frozen=True)
class Recommended:
    """One advice about cost; `account` is a subscription's or project's id or name, a saving one a month."""

    advisor: Advisor
    id: str
    kind: str
    resource_id: str
    account: str | None
    current: str
    proposed: str
    monthly_savings: Decimal | None
    currency: str
    status: Status
    updated_at: datetime | None


@dataclass(frozen=True)
class RecommendationFile:
    """A file of advice, by its columns."""

    advisor: Advisor
    columns: tuple[str, ...]


def recognise(columns: Sequence[str]) -> RecommendationFile | None:
    """Whose advice these columns are; None for anything else."""
    plain = {_plain(name) for name in columns}
    google = plain >= {"name", "primaryimpact"} and plain & {"recommender", "recommendersubtype"}
    portal = plain >= {"category", "recommendation", "potentialannualcostsavings"}
    azure = plain >= {"category", "impactedfield", "extendedproperties"} or plain >= {"id", "type", "properties"}
    if google or portal or azure:
        return RecommendationFile(GOOGLE if google else AZURE, tuple(columns))
    return None


def about_cost(file: RecommendationFile, rows: Iterable[Sequence[str | None]]) -> Iterator[Recommended | None]:
    """Each row's advice, None where it is not about cost or saves nothing; raises ValueError, as a sentence."""
    read = _google if file.advisor == GOOGLE else _azure
    for number, row in enumerate(rows, 1):
        try:
            yield read(_record(file.columns, row))
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise ValueError(f"Row {number} is no advice of {file.advisor} as it is documented.") from error


def _record(columns: Sequence[str], row: Sequence[str | None]) -> dict[str, Any]:
    """The fields that hold something by plain names, nested ones read; Azure's `properties` stand beside the others."""
    record = {_plain(name): _nested(value) for name, value in zip(columns, row, strict=False) if value}
    inner = record.pop("properties", None)
    return {**record, **(inner if isinstance(inner, dict) else {})}


def _nested(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "{[":
        value = json.loads(value)
    if isinstance(value, dict):
        return {_plain(str(name)): _nested(inner) for name, inner in value.items()}
    return [_nested(one) for one in value] if isinstance(value, list) else value


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _azure(record: Mapping[str, Any]) -> Recommended | None:
    if str(record.get("category", "")).casefold() != "cost":
        return None
    more, words = record.get("extendedproperties") or {}, record.get("shortdescription") or {}
    yearly = more.get("annualsavingsamount") or record.get("potentialannualcostsavings")
    what = str(words.get("solution") or record.get("recommendation") or words.get("problem") or "")
    resource = str((record.get("resourcemetadata") or {}).get("resourceid") or "")
    identity = str(record.get("id") or record.get("recommendationid") or "")
    resource = resource or re.sub(r"(?i)/providers/microsoft\.advisor/.*$", "", identity)
    resource = resource or str(record.get("resourcename") or record.get("impactedvalue") or "")
    subscription = re.search(r"(?i)/subscriptions/([^/]+)", resource)
    account = record.get("subscriptionname") or record.get("subscriptionid") or (subscription and subscription[1])
    size, target = more.get("currentsku"), more.get("targetsku")
    return Recommended(
        AZURE,
        identity.casefold() or "|".join((str(account), resource.casefold(), what)),
        _kind(f"{what} {more.get('recommendationsubcategory', '')}"),
        resource.casefold() or str(account or ""),
        str(account) if account else None,
        str(size or record.get("impactedfield") or record.get("resourcetype") or record.get("type") or "as it is"),
        (f"{target}: {what}" if target else what)[:_CAP] or "see Azure Advisor",
        None if yearly in (None, "") else (Decimal(str(yearly).replace(",", "")) / 12).quantize(_CENT),
        _currency(more.get("savingscurrency") or record.get("currency") or record.get("potentialcostsavingscurrency")),
        "open",
        _time(record.get("lastupdated") or record.get("updateddate")),
    )


def _google(record: Mapping[str, Any]) -> Recommended | None:
    impact = record["primaryimpact"]
    if str(impact.get("category", "")).upper() != "COST":
        return None
    projection = impact.get("costprojection") or {}
    cost = projection.get("cost") or projection.get("costinlocalcurrency") or {}
    amount = Decimal(str(cost.get("units") or 0)) + Decimal(str(cost.get("nanos") or 0)) / 10**9
    if amount >= 0:
        return None
    name = str(record["name"])
    recommender = str(record.get("recommender") or name.partition("/recommenders/")[2].partition("/")[0])
    subtype, what = str(record.get("recommendersubtype") or ""), str(record.get("description") or "")
    targets = record.get("targetresources") or _resources(record.get("content") or {})
    resource = str(targets[0]) if targets else name
    project = re.search(r"/projects/([^/]+)", f"/{resource}") or re.search(r"/projects/([^/]+)", f"/{name}")
    state = record.get("state") or (record.get("stateinfo") or {}).get("state") or ""
    return Recommended(
        GOOGLE,
        name,
        _kind(f"{recommender} {subtype} {what}"),
        resource,
        project[1] if project else str(record.get("cloudentityid") or "") or None,
        subtype.replace("_", " ").lower() or recommender or "as it is",
        what[:_CAP] or "see Recommender",
        (-amount * _MONTH / (_seconds(projection.get("duration")) or _MONTH)).quantize(_CENT),
        _currency(cost.get("currencycode")),
        _STATES.get(str(state).upper(), "open"),
        _time(record.get("lastrefreshtime")),
    )


def _resources(content: Mapping[str, Any]) -> list[str]:
    """What the operations of an advice are about."""
    groups = content.get("operationgroups") or []
    found = (one.get("resource") for group in groups for one in group.get("operations") or [])
    return [str(resource) for resource in found if resource]


def _seconds(duration: Any) -> Decimal:
    """`2592000s`, or a field of seconds."""
    value = duration.get("seconds") if isinstance(duration, dict) else str(duration or "0").rstrip("s")
    return Decimal(str(value or 0))


def _kind(words: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), _OTHER_KIND)


def _currency(code: object) -> str:
    text = str(code or "USD").upper()
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError("no currency")
    return text


def _time(value: object) -> datetime | None:
    """A time as UTC; None for one that is written otherwise, for nothing hangs on it."""
    written = read_time(str(value)) if value else None
    return datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None
