"""How the bot reaches Prefect: by the address that is set, else by the one that the home's own server wrote down."""

from pathlib import Path

import pytest

from bot import prefect_client
from config.settings import Settings
from domain.flows.flow_requests import PrefectDown


def test_prefect_out_of_reach_is_said_so() -> None:
    """No address, or nobody at it: nothing was started."""
    with pytest.raises(PrefectDown, match="PREFECT_API_URL"):
        prefect_client.prefect_starter(lambda: None)("a/a", {}, "k")


def test_nobody_at_the_address_is_out_of_reach_too() -> None:
    """Nothing was started: the request is kept and tried again."""
    with pytest.raises(PrefectDown):
        prefect_client.prefect_starter(lambda: "http://127.0.0.1:9/api")("a/a", {}, "k")


def test_the_address_that_is_set_goes_before_the_homes_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert prefect_client.prefect_address(Settings(home=home, _env_file=None)) is None
    (home / "prefect").mkdir(parents=True)
    (home / "prefect" / "server.url").write_text("http://127.0.0.1:4200/api\n")
    assert prefect_client.prefect_address(Settings(home=home, _env_file=None)) == "http://127.0.0.1:4200/api"
    given = Settings(home=home, _env_file=None, prefect_api_url="http://prefect:4200/api")
    assert prefect_client.prefect_address(given) == "http://prefect:4200/api"
