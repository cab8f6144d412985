"""Settings of the lake, where line items are."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator

from config.ingest import IngestSettings

_TOKEN: Final = re.compile(r";token=([^;]+)")


class LakeSettings(IngestSettings):
    """Where line items are, and what a question about them may use."""

    lake: str | None = Field(
        None,
        description="Folder of the line items (Parquet) that all processes share, or s3://bucket/prefix; unset: `lake` "
        "in FINOPS_HOME",
    )
    lake_cache: str | None = Field(
        None, description="Folder of copies of a lake in a bucket; unset: `lake-cache` in FINOPS_HOME"
    )
    lake_memory_megabytes: int = Field(1_024, ge=256, description="Memory of one question about line items")
    lake_threads: int = Field(2, ge=1, le=64, description="Threads of one question about line items")

    lake_engine: SecretStr | None = Field(
        None,
        description="Spark Connect endpoint that questions about line items are sent to, sc://host:port, with "
        "/;use_ssl=true;token=… where it wants one; unset: DuckDB on this machine",
    )
    lake_engine_files: str | None = Field(
        None,
        description="The lake's address as that engine knows it, as s3a://bucket/prefix or file:///mnt/lake; unset: "
        "the lake's own",
    )

    @field_validator("lake_engine")
    @classmethod
    def _is_an_endpoint(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme != "sc" or not parts.hostname or (parts.path not in ("", "/") and parts.path[:2] != "/;"):
                raise ValueError(
                    "it is no endpoint of Spark Connect: sc://host:port, or sc://host:port/;use_ssl=true;…"
                )
        return value

    def lake_engine_token(self) -> list[str]:
        """The token in the engine's address, where there is one, as it is written and as it is meant."""
        address = self.lake_engine.get_secret_value() if self.lake_engine else ""
        return [one for token in _TOKEN.findall(address) for one in {token, unquote(token)}]

    def lake_beside(self, home: Path) -> str:
        """The lake's address, by default a folder of the home."""
        return self.lake or str(home.absolute() / "lake")

    def lake_cache_beside(self, home: Path) -> str:
        """Where copies of a lake in a bucket go, by default a folder of the home."""
        return self.lake_cache or str(home.absolute() / "lake-cache")
