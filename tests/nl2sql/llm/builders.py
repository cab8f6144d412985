"""What the tests beside this file share."""

import json

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
    return json.dumps({"kind": "query", "sql": sql, "text": "", "choices": []})


def with_settings(deps: Deps, endpoint: Endpoint, **changes: object) -> Deps:
    """Another process with other settings on the same database."""
    settings = deps.settings.model_copy(update={"openai_base_url": endpoint.url, **changes})
    return connect_deps(settings, deps.organisation, deps.database, today=deps.today)
