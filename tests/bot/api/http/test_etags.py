"""ETags name a state, whatever the order of its keys and whoever quotes them."""

import json

import pytest
from fastapi import HTTPException, Request

from bot.api.http import etags

BODY = {"name": "payments", "amount": 5}


def request(method: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "headers": raw})


def test_the_order_of_keys_is_no_other_state() -> None:
    assert etags.tag_of(BODY) == etags.tag_of(dict(reversed(BODY.items())))
    assert etags.tag_of(BODY) != etags.tag_of({**BODY, "amount": 6})


@pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_what_the_caller_has_is_not_sent_again(known: str) -> None:
    """Strong, weak (as proxies make them), one of several, or anything at all."""
    tag = etags.tag_of(BODY)
    answer = etags.respond(request("GET", if_none_match=known.format(tag=tag)), BODY)
    assert (answer.status_code, answer.body, answer.headers["etag"]) == (304, b"", tag)


def test_only_reading_is_answered_with_304() -> None:
    """What a POST made is sent whatever the caller has."""
    answer = etags.respond(request("POST", if_none_match="*"), BODY, status=201)
    assert (answer.status_code, json.loads(bytes(answer.body))) == (201, BODY)


@pytest.mark.parametrize(("given", "there"), [('"other"', BODY), ("*", None), ('""', BODY), ("", BODY)])
def test_a_change_of_what_is_something_else_by_now_is_refused(given: str, there: dict[str, object] | None) -> None:
    with pytest.raises(HTTPException) as refused:
        etags.must_match(given, there)
    assert refused.value.status_code == 412


def test_without_a_condition_a_change_is_made() -> None:
    etags.must_match(None, BODY)
    etags.must_match("*", BODY)
    etags.must_match(etags.tag_of(BODY), BODY)
