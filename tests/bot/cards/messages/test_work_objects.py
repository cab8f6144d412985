"""Work Objects: fields that are known, in an order that names no other, in plain words."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.metadata import EntityMetadata

from bot.cards.messages import work_objects
from bot.cards.messages.work_objects import Entity
from db.outgoing.messages import InsightFields
from db.outgoing.remediation_messages import RemediationFields

URL = "https://finops.example/anomalies/7"
TEXT = st.one_of(st.none(), st.text(max_size=400))


def keys(entity: Entity) -> list[str]:
    payload = entity["entity_payload"]
    return [*payload.get("fields", {}), *(field["key"] for field in payload.get("custom_fields", []))]


@given(TEXT, TEXT, TEXT)
def test_what_is_not_known_is_left_out_and_texts_fit(title: str | None, team: str | None, what: str | None) -> None:
    """Whatever bills and people wrote: one line, cut, and the order names each field once."""
    payload = InsightFields(id=7, title=title or "", team=team, evidence={"cause": {"what": what}})
    entity = work_objects.of_insight(payload, URL)
    assert keys(entity) == entity["entity_payload"]["display_order"]
    assert all(value.strip() and "\n" not in value and len(value) <= 300 for value in values(entity))
    assert len(entity["entity_payload"]["attributes"]["title"]["text"]) <= 150
    EntityMetadata(**entity, app_unfurl_url=URL).validate_json()
    assert work_objects.as_blocks(entity)


def values(entity: Entity) -> list[str]:
    payload = entity["entity_payload"]
    return [field["value"] for field in (*payload.get("fields", {}).values(), *payload.get("custom_fields", []))]


def test_the_short_form_says_what_it_is_and_no_more() -> None:
    """No title, no figure, no team."""
    entity = work_objects.short(work_objects.REMEDIATION, 3, URL)
    assert keys(entity) == []
    assert entity["entity_payload"]["attributes"]["title"]["text"] == "Proposed change 3"
    assert work_objects.as_blocks(entity)[0]["text"]["text"] == "*Proposed change 3*"


def test_a_remediation_says_when_it_was_asked_for() -> None:
    """In seconds, as Slack wants timestamps."""
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    steps = [{"resource_id": "i-1"}, {"resource_id": "i-1"}]
    payload = RemediationFields(id=3, state="proposed", title="Stop", steps=steps, monthly_savings=306.0)
    entity = work_objects.of_remediation(payload, at, URL)
    assert entity["entity_payload"]["fields"]["date_created"] == {"value": int(at.timestamp())}
    assert {"key": "resources", "label": "Resources", "value": "1", "type": "string"} in entity["entity_payload"][
        "custom_fields"
    ]


def test_an_amount_says_what_it_is_of() -> None:
    """A saving is worth a month of it, not a day."""
    for kind, label in (
        ("anomaly", "A day"),
        ("idle", "A month"),
        ("recommendation", "A month"),
        ("budget", "At stake"),
    ):
        entity = work_objects.of_insight(InsightFields(id=7, title="t", kind=kind, impact_amount=780.0), URL)
        (impact,) = (one for one in entity["entity_payload"]["custom_fields"] if one["key"] == "impact")
        assert (impact["label"], impact["value"]) == (label, "$780")
