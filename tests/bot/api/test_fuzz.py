"""Whatever is sent, the API answers as its description says: no 500, no undeclared status, body or media type, no way past the token."""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from bot.api.app import create_app
from bot.api.context import Context
from tests.bot.api.conftest import bearer, fill

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))  # an operation and mode; more of them by hand


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
    schema.config.checks.positive_data_acceptance.expected_statuses = [*accepted, "412"]  # an If-Match that matches nothing
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:
        takes = operation.definition.raw.get("parameters") or operation.definition.raw.get("requestBody")
        if takes or mode is GenerationMode.POSITIVE:  # where nothing can be given, nothing can be wrong
            fuzz(operation, mode, token)


def fuzz(operation: Any, mode: GenerationMode, token: dict[str, str]) -> None:
    """Send what the strategy makes for one operation."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def one(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=token)

    one()
