"""Starts deployments at a Prefect server."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from config import logs
from config.settings import Settings
from domain.flows.flow_requests import NoDeployment, PrefectDown, StartFlow

_REFUSED = frozenset({400, 409, 413, 422})  # what the request says is wrong, and will be another time
_NO_PREFECT = (json.JSONDecodeError, ValidationError)  # another server answered: a proxy


def prefect_starter(address: Callable[[], str | None]) -> StartFlow:
    """Starts deployments through Prefect's client; `address` is asked each time, for a local server's may change."""

    def start(deployment: str, parameters: dict[str, Any], key: str) -> str:
        url = address()
        if not url:
            raise PrefectDown("PREFECT_API_URL is not set and no server of this home runs; start `finops flows serve`")
        return _run_deployment(url, deployment, parameters, key)

    return start


def prefect_address(settings: Settings) -> str | None:
    """PREFECT_API_URL, else the address that the home's own server wrote down."""
    if settings.prefect_api_url:
        return settings.prefect_api_url
    try:
        return (settings.home.absolute() / "prefect" / "server.url").read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _run_deployment(url: str, deployment: str, parameters: dict[str, Any], key: str) -> str:
    import httpx  # noqa: PLC0415 - loaded with Prefect's client
    from prefect.deployments import run_deployment  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.exceptions import ObjectNotFound, PrefectException  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415 - slow to load, and only flows need it

    try:
        with temporary_settings({PREFECT_API_URL: url}):
            run: Any = run_deployment(
                deployment, parameters=parameters, timeout=0, idempotency_key=key, as_subflow=False, tags=logs.tags()
            )
    except ObjectNotFound as error:
        raise NoDeployment(f"Prefect has no deployment {deployment}; is `finops flows serve` running?") from error
    except httpx.HTTPStatusError as error:
        if error.response.status_code in _REFUSED:
            raise
        raise PrefectDown(str(error)) from error
    except (httpx.HTTPError, PrefectException, OSError, RuntimeError, *_NO_PREFECT) as error:
        raise PrefectDown(str(error) or type(error).__name__) from error
    return str(run.id)
