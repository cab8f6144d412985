"""What the tests beside this file share."""

import json
from typing import Any

from config.access import Actor, Role
from nl2sql.ask import connect_deps
from nl2sql.deps import Deps
from tests.nl2sql.llm.endpoint import Endpoint

EVERYBODY = Actor(id="U1", roles=frozenset(Role), sees_all=True)


PAYMENTS = Actor(id="U2", roles=frozenset({Role.VIEWER}), teams=frozenset({"payments"}))


ODD = "kindly opine on the fiscal disposition of our estate"  # nothing that the grammar reads


HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,"
    "ChargePeriodStart,EffectiveCost,ListCost,ContractedCost,ProviderName,ServiceName,SubAccountId,SubAccountName,Tags\n"
)


ROW = (
    "{cost},1,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,2026-10-02T00:00:00Z,2026-10-01T00:00:00Z,"
    '{cost},{cost},{cost},AWS,EC2,9,main,"{{""team"": ""{team}""}}"\n'
)


def query(sql: str) -> str:
    """A model's SQL."""
    return said("sql", sql=sql)


def said(kind: str, **fields: object) -> str:
    """A model's reply as strict structured output gives it."""
    return json.dumps({"kind": kind, "query": None, "listing": None, "sql": "", "text": "", "choices": [], **fields})


def data_of(endpoint: Endpoint, request: int = -1) -> dict[str, Any]:
    """What stood as data in the prompt of a request."""
    blocks = endpoint.requests[request]["messages"][1]["content"].split("<data>\n")[1:]
    return {name: value for block in blocks for name, value in json.loads(block.split("\n</data>")[0]).items()}


def with_settings(deps: Deps, endpoint: Endpoint, **changes: object) -> Deps:
    """Another process with other settings on the same database."""
    settings = deps.settings.model_copy(update={"openai_base_url": endpoint.url, **changes})
    return connect_deps(settings, deps.organisation, deps.database, today=deps.today)
