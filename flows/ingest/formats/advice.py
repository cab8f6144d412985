"""What whoever exports a bill can do about a row that cannot be taken, by the reason and the value that was wrong."""

import re

_NUMBER, _TIME = "is not a decimal number", "is not an ISO 8601 time"
_NO_AMOUNT = ("nan", "n/a", "na", "none", "-", "–", "\\n", "#n/a", "#ref!", "#value!", "inf", "infinity", "-inf")
_EPOCH = re.compile(r"1\d{9}(?:\d{3}){0,3}(?:\.0)?", re.ASCII)


def advice(reason: str, value: str) -> str:
    """A sentence; empty where the reason says all."""
    if _NUMBER in reason:
        return _of_number(value.strip())
    if _TIME in reason:
        return _of_time(value.strip())
    if reason.endswith("is missing"):
        return "Export the file with this column filled on every row; a line of totals or a remark must be taken out."
    if reason.startswith("more fields"):
        return "Put fields that hold the separator in quotes."
    if "larger than any bill" in reason:
        return "Check the export: a column may have shifted."
    if reason.startswith("ChargeCategory"):
        return "Name each row's category as FOCUS does."
    if reason.startswith("BillingCurrency"):
        return "Export the three-letter code of the currency that was billed."
    if "BillingPeriodStart" in reason or "ChargePeriodStart" in reason:
        return "A period ends after it starts: its end is exclusive."
    return ""


def _of_number(value: str) -> str:
    if value.casefold() in _NO_AMOUNT:
        return "Export 0 where nothing was charged."
    if value.startswith(("'", '="', '"')):
        return "Export numbers without the marks that a spreadsheet puts around text."
    if re.search(r"[$€£¥₹%]|^[A-Z]{3}\b|\b[A-Z]{3}$", value):
        return "Export amounts without signs and units; the currency stands in BillingCurrency."
    if re.search(r"^\(.*\)$|-$|^[−–—]", value):
        return "Export negative amounts as -1.25."
    if re.search(r"[,'’\s]", value):
        return "Export numbers with a decimal point and no thousands separators: 1,25 may be meant as 1.25 or as 125."
    if re.search(r"[^\W0-9a-zA-Z_]", value):
        return "Export numbers with the digits 0 to 9."
    return "Export plain numbers, such as 1234.56 or -1.25."


def _of_time(value: str) -> str:
    if _EPOCH.fullmatch(value):
        return "It looks like seconds or milliseconds since 1970: export times, in UTC."
    if re.match(r"\d{1,2}[/.]\d{1,2}[/.]\d{4}", value):
        return "Day and month cannot be told apart: export times as 2026-05-01T00:00:00Z."
    if re.fullmatch(r"[345]\d{4}(?:\.\d+)?", value):
        return "It looks like a spreadsheet's number of a day: export times as 2026-05-01T00:00:00Z."
    if re.search(r"[A-Za-z]+/[A-Za-z]|\d [A-Z]{3,4}$", value):
        return "The names of time zones are not read: export times in UTC, as 2026-05-01T00:00:00Z."
    if re.fullmatch(r"\d{4}-?\d\d", value):
        return "Name the day on which the period starts, or the one after its last: 2026-05-01, 2026-06-01."
    if re.match(r"\d{4}-\d\d-\d\d", value):
        return "Times lie between 1970 and 2200 and are written as 2026-05-01T00:00:00Z."
    return "Export times as 2026-05-01T00:00:00Z."
