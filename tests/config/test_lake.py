"""Where questions about line items go."""

import pytest

from config.errors import UserError
from config.settings import read_settings


@pytest.mark.parametrize(
    "address", ["spark://host:1", "http://host", "sc://", "sc:///x", "sc://host:x/y", "host:15002"]
)
def test_an_engine_that_is_no_endpoint_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """With the setting's name and what an endpoint looks like."""
    monkeypatch.setenv("FINOPS_LAKE_ENGINE", address)
    with pytest.raises(UserError, match=r"FINOPS_LAKE_ENGINE: .*sc://host:port"):
        read_settings(_env_file=None)


@pytest.mark.parametrize("address", ["sc://host", "sc://host:15002", "sc://host:443/;use_ssl=true;token=abc%2Fdef123"])
def test_an_engines_address_is_kept_and_its_token_hidden(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """As it is written and as it is meant."""
    monkeypatch.setenv("FINOPS_LAKE_ENGINE", address)
    settings = read_settings(_env_file=None)
    assert settings.lake_engine is not None
    assert settings.lake_engine.get_secret_value() == address
    assert address not in repr(settings)
    hidden = settings.secrets()
    assert ("abc/def123" in hidden and "abc%2Fdef123" in hidden) == ("token" in address)
