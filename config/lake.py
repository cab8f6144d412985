"""Settings of the lake, where line items are."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class LakeSettings(BaseSettings):
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

    def lake_beside(self, home: Path) -> str:
        """The lake's address, by default a folder of the home."""
        return self.lake or str(home.absolute() / "lake")

    def lake_cache_beside(self, home: Path) -> str:
        """Where copies of a lake in a bucket go, by default a folder of the home."""
        return self.lake_cache or str(home.absolute() / "lake-cache")
