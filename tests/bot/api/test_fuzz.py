"""Whatever is sent, the API answers as its description says: no 500, no
undeclared status, body or media type, no way past the token.
"""

import os
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from bot.api.app import create_app
from bot.api.context import Context
from tests.bot.api.conftest import bearer, fill

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))  # an operation and mode; more of them by hand


@pytest.fixture
def token(context: Context) -> dict[str, str]:
    """An admin's, for everything, on a database with rows."""
    fill(context.database)
    return bearer(context.database, "U-ROOT", "read", "write", "ask")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_api_keeps_its_promises(context: Context, token: dict[str, str], mode: GenerationMode) -> None:
    """Every operation, with valid values and with invalid ones, under all checks of schemathesis."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(context))
    accepted = schema.config.checks.positive_data_acceptance.expected_statuses
    schema.config.checks.positive_data_acceptance.expected_statuses = [
        *accepted,
        "412",
    ]  # an If-Match that matches nothing
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:
        takes = operation.definition.raw.get("parameters") or operation.definition.raw.get("requestBody")
        if takes or mode is GenerationMode.POSITIVE:  # where nothing can be given, nothing can be wrong
            fuzz(operation, mode, token)


def fuzz(operation: Any, mode: GenerationMode, token: dict[str, str]) -> None:
    """Send what the strategy makes for one operation."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def one(case: schemathesis.Case[Any]) -> None:
        response = case.call(headers=token, timeout=60)
        excluded: list[Any] = [negative_data_rejection] if all_is_text(operation, response) else []
        days = days_do_not_fit(case.body) or days_do_not_fit(case.query) or is_out_of_reach(response)
        excluded += [positive_data_acceptance] if days else []
        case.validate_response(response, headers=token, excluded_checks=excluded)

    one()


def days_do_not_fit(given: Any) -> bool:
    """Whether a body or a query has two days in the wrong order or too far apart, which JSON Schema cannot say."""
    named = given if isinstance(given, dict) else {}
    days = [day_of(named.get(name)) for name in ("start", "end", "since", "until")]
    known = [day for day in days if day is not None]
    return len(known) == 2 and not 0 < (known[1] - known[0]).days <= 1_100


def day_of(value: Any) -> date | None:
    """The day that a value is, where it is one."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def is_out_of_reach(response: Any) -> bool:
    """Whether only days were refused, because they are before 1970 or after 2199, which JSON Schema cannot say."""
    errors = response.json().get("errors", []) if response.status_code == 400 else []
    return bool(errors) and all("a day from 1970" in error["message"] for error in errors)


def all_is_text(operation: Any, response: Any) -> bool:
    """Whether only texts arrived, where any will do, and numbers that are right:
    what was wrong with them, as an empty list, has no form in an address.
    """
    raw = operation.definition.raw
    schemas = {
        item["name"]: (item["schema"].get("anyOf") or [item["schema"]])[0]
        for item in raw.get("parameters", ())
        if item["in"] == "query"
    }
    sent = parse_qsl(urlsplit(response.request.url).query, keep_blank_values=True)
    return "requestBody" not in raw and all(name in schemas and is_right(schemas[name], value) for name, value in sent)


def is_right(schema: dict[str, Any], value: str) -> bool:
    """Whether a value of an address is a text where any will do, or a whole number within its bounds."""
    if schema.get("type") == "integer":
        least, most = schema.get("minimum", 0), schema.get("maximum", 2**31)
        return value.isascii() and value.isdigit() and least <= int(value) <= most
    return schema.get("type") == "string" and "format" not in schema
