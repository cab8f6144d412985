"""Headers that every answer bears."""

from fastapi.testclient import TestClient


def test_no_answer_is_kept_or_framed_by_others(client: TestClient) -> None:
    """Answers, refusals and what is not there alike say so to browsers and proxies."""
    for path in ("/healthz", "/api/v1/insights", "/nowhere"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"
