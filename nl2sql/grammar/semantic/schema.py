"""The JSON schemas of queries and listings, with the names of the catalogue as enumerations."""

from copy import deepcopy
from typing import Any

from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.semantic.forms import ListingForm, QueryForm
from nl2sql.grammar.subjects.views import SUBJECTS

Schema = dict[str, Any]
_OURS = ("label", "notes")  # made here, whatever somebody else writes
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Keywords that a strict endpoint refuses; the reading checks what they say.
_NOT_STRICT = ("default", "title", "minLength", "maxLength", "minimum", "maximum", "maxItems", "pattern")


def query_schema(semantics: Semantics) -> Schema:
    """The schema of a query: metrics and dimensions are those of the catalogue."""
    schema = _of(QueryForm)
    fields = schema["properties"]
    fields["metric"]["enum"] = list(semantics.metrics)
    fields["beside"]["items"]["enum"] = list(semantics.metrics)
    fields["dimensions"]["items"]["enum"] = list(semantics.dimensions)
    return schema


def listing_schema() -> Schema:
    """The schema of a listing."""
    schema = _of(ListingForm)
    schema["properties"]["subject"]["enum"] = list(SUBJECTS)
    return schema


def nullable(schema: Schema) -> Schema:
    """The same with null for what is left out, which the reading takes too."""
    made = deepcopy(schema)
    for part in (made, *made.get("$defs", {}).values()):
        required = set(part.get("required", ()))
        for name, field in part.get("properties", {}).items():
            part["properties"][name] = field if name in required else _nullable(field)
    return made


def strict(schema: Schema) -> Schema:
    """The same for structured output: every field required, what may be left out nullable, no keyword that endpoints
    refuse.
    """
    made = nullable(schema)
    for part in (made, *made.get("$defs", {}).values()):
        part["required"] = list(part.get("properties", {}))
    made.pop("$schema", None)
    plain: Schema = _plain(made)
    return plain


def _of(form: type[QueryForm] | type[ListingForm]) -> Schema:
    schema = form.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        for name in _OURS:
            part["properties"].pop(name, None)
    return {"$schema": _DIALECT, **schema}


def _nullable(field: Schema) -> Schema:
    if {"type": "null"} in field.get("anyOf", ()):
        return field
    described = {"description": field["description"]} if "description" in field else {}
    inner = {name: value for name, value in field.items() if name not in ("description", "default", "title")}
    return {"anyOf": [inner, {"type": "null"}], **described}


def _plain(part: Any) -> Any:
    """Without the keywords that strict endpoints refuse; names of fields are none of them."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    accepted = {name: value for name, value in part.items() if name not in _NOT_STRICT}
    return {
        name: {field: _plain(one) for field, one in value.items()} if name in ("properties", "$defs") else _plain(value)
        for name, value in accepted.items()
    }


def inlined(schema: Schema) -> Schema:
    """The same without references, to stand inside of another schema."""
    parts = schema.get("$defs", {})

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            name = str(part["$ref"]).rsplit("/", 1)[-1]
            return {**whole(parts[name]), **{key: value for key, value in part.items() if key != "$ref"}}
        return {name: whole(value) for name, value in part.items()}

    content: Schema = whole({name: value for name, value in schema.items() if name not in ("$defs", "$schema")})
    return content
