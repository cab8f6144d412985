"""What people take for a bill: exports, downloads and documents that are none, and what to load in their place."""

import re
from dataclasses import dataclass

_SHOWN, _LONGEST = 4, 40  # columns that a refusal shows, and characters of each
_VALUE = re.compile(r"-?\d[\d.,:/TZ -]*|\{.*|\[.*", re.ASCII)


@dataclass(frozen=True)
class OtherExport:
    """What it is, its columns without case and signs (by which it is known when all are there), and what to do."""

    name: str
    marks: tuple[str, ...]
    advice: str


_AWS = "Load AWS's FOCUS export, or its Cost and Usage Report (Data Exports), instead."
_GOOGLE = "Load the export of detailed usage cost from BigQuery instead."
_AZURE = "Load the cost and usage details or FOCUS, which Cost Management exports, instead."
OTHERS = (
    OtherExport("AWS's detailed billing report, which ended with 2023", ("linkedaccountid", "recordtype"), _AWS),
    OtherExport("a download from AWS's Cost Explorer", ("service", "totalcosts"), _AWS),
    OtherExport("a download from AWS's Cost Explorer", ("linkedaccount", "totalcosts"), _AWS),
    OtherExport(
        "the cost table of Google Cloud's console",
        ("billingaccountid", "servicedescription", "usagestartdate"),
        _GOOGLE,
    ),
    OtherExport("a price sheet of Azure", ("meterid", "unitprice", "unitofmeasure"), _AZURE),
    OtherExport("an invoice of Azure", ("invoiceid", "billingprofile", "total"), _AZURE),
    OtherExport(
        "an allocation export of OpenCost or Kubecost",
        ("namespace", "cpucost", "ramcost"),
        "It shares out a cluster's cost, which its cloud's bill holds already: give it to `finops kubernetes "
        "requests`, and the bill here.",
    ),
    OtherExport(
        "a file of CloudZero's Common Bill Format",
        ("costcost", "lineitemtype"),
        "Load the provider's own bill, or FOCUS.",
    ),
    OtherExport(
        "an estimate of Infracost",
        ("projects", "currency"),
        "It says what a change would cost; nobody is billed by it.",
    ),
)


def other(columns: tuple[str, ...]) -> OtherExport | None:
    """Which known export these columns are; None for one that nobody knows here."""
    plain = {re.sub(r"\(.*?\)|[^a-z0-9]", "", name.casefold()) for name in columns}
    return next((one for one in OTHERS if plain.issuperset(one.marks)), None)


def first_line(columns: tuple[str, ...]) -> str:
    """What a file's first line holds, as a sentence that helps to see why it is no header."""
    names = [name for name in columns if name.strip()]
    shown = ", ".join(f"“{_short(name)}”" for name in names[:_SHOWN])
    if not names:
        return ""
    if len(names) > 1 and all(len(name) > 1 and name[0] == name[-1] == "'" for name in names):
        return f" Its fields stand in single quotes ({shown}): export it with double quotes, or with none."
    if sum(bool(_VALUE.fullmatch(name)) for name in names) * 4 > len(names):
        return f" Its first line holds values ({shown}), not names of columns: export it with its header."
    if len(names) == 1:
        return f" Its first line has one field ({shown}): fields are parted by comma, semicolon, tab or |."
    return f" Its columns are {shown}{f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''}."


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
