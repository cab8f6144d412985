"""What is said of each path of a delivery, by what became of its content."""

from collections.abc import Mapping, Sequence

from flows.ingest.loading.records import StoredFile
from flows.ingest.loading.result import IngestResult, LoadedFile


def each_once(
    digests: Mapping[str, str], outcomes: Mapping[str, LoadedFile], loaded: Mapping[str, str] | None = None
) -> tuple[LoadedFile, ...]:
    """An outcome a path; a path whose content another path had before is `unchanged` and adds nothing."""
    shown: dict[str, LoadedFile] = {}
    for path, digest in (loaded or digests).items():
        if digest not in outcomes:
            continue
        first = next((other for other in shown if digests[other] == digest), None)
        if first is None:
            shown[path] = outcomes[digest]
        else:
            shown[path] = LoadedFile(
                path, "unchanged", outcomes[digest].format, error=f"The same content as {first}, which counts once."
            )
    return tuple(shown.values())


def unchanged(digests: Mapping[str, str], stored: Sequence[StoredFile]) -> IngestResult:
    """The files as the same delivery left them."""
    outcomes = {}
    for path, digest in digests.items():
        same = [load for load in stored if load.digest == digest]
        if digest in outcomes or not same:
            continue
        outcomes[digest] = LoadedFile(
            path=path,
            status="unchanged",
            format=same[0].format,
            provider=", ".join(sorted({load.provider for load in same if load.provider})) or None,
            billing_periods=tuple(sorted({month for load in same for month in load.months})),
            rows=sum(load.rows for load in same),
            rejected=sum(load.rejected for load in same),
        )
    return IngestResult(each_once(digests, outcomes))
