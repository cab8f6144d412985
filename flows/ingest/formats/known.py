"""The formats that are known beside FOCUS, in the order in which they are tried."""

from flows.ingest.formats import aws_cur, azure_costs, google_billing, oracle_costs
from flows.ingest.formats.native import Native, NotTaken, Recognise

FORMATS: tuple[Recognise, ...] = (
    aws_cur.recognise,
    azure_costs.recognise,
    google_billing.recognise,
    oracle_costs.recognise,
)


def recognise(columns: tuple[str, ...]) -> Native | NotTaken | None:
    """The mapping of a file with these columns, why a known format cannot be taken, or None for an unknown one."""
    return next((layout for one in FORMATS if (layout := one(columns)) is not None), None)
