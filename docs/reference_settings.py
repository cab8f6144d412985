"""The reference pages of settings and of finops.yaml, made from their models."""

from collections.abc import Iterator
from typing import Any, get_args

from reference_text import default_words, one_line, page, sentence, table, type_words


def settings_page() -> str:
    """The variables of the environment."""
    from config.settings import Settings

    rows = []
    for name, item in Settings.model_fields.items():
        variable = item.validation_alias or f"FINOPS_{name}".upper()
        secret = "yes" if "SecretStr" in str(item.annotation) else ""
        rows.append(
            (
                f"`{variable}`",
                one_line(item.description, name),
                default_words(item.default),
                type_words(item.annotation),
                secret,
            )
        )
    return page(
        "Settings",
        "Read from the environment and, outside production, from `.env`; an empty variable counts as not set. With "
        "`VAULT_ADDR` the values at "
        "`VAULT_MOUNT`/`VAULT_PATH` go over the environment's, under the same names. Secrets are never printed.",
        table(("variable", "what for", "default", "type", "secret"), rows),
    )


def organisation_page() -> str:
    """The keys of finops.yaml, model by model."""
    from config.organisation import Organisation

    intro = (
        "Everything has a default: an empty file works. `finops config check` names any mistake with its line, "
        "`finops config check --schema` prints the "
        "JSON Schema for your editor. Start from `finops.example.yaml`."
    )
    return page("finops.yaml", intro, *keys_of(Organisation, "##"))


def keys_of(outermost: Any, heading: str) -> Iterator[str]:
    """A section with a table of keys for each model."""
    for model in models_of(outermost):
        rows = []
        for name, item in model.model_fields.items():
            default = "required" if item.is_required() else default_words(item.get_default(call_default_factory=True))
            rows.append((f"`{name}`", one_line(item.description, name), default, type_words(item.annotation)))
        keys = table(("key", "what for", "default", "type"), rows)
        yield f"{heading} {model.__name__}\n\n{sentence(model)}\n\n{keys}"


def models_of(model: Any) -> list[Any]:
    """A model and those inside of it, each once, in the order of the keys."""
    from pydantic import BaseModel

    models = [model]
    for outer in models:
        parts = [part for item in outer.model_fields.values() for part in _parts(item.annotation)]
        models += [
            part
            for part in dict.fromkeys(parts)
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in models
        ]
    return models


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
