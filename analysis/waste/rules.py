"""The schema of `waste_rules.yaml`."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from analysis.waste.facts import Confidence
from config.errors import UserError

BUILT_IN = Path(__file__).with_name("waste_rules.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MetricCondition(_Strict):
    """On at least `days` of the last `window` days a metric was under a limit; `least` days must have been measured."""

    metric: str
    statistic: Literal["average", "maximum"]
    below: float
    of_attribute: str | None = Field(None, description="`below` is a share of this attribute")
    window: int = Field(ge=1)
    days: int = Field(ge=1)
    least: int = Field(ge=1)
    unit: str
    absent_is_zero: bool = False

    @model_validator(mode="after")
    def _possible(self) -> "MetricCondition":
        if max(self.days, self.least) > self.window:
            raise ValueError("days and least cannot be more than the window")
        return self


class AttributeCondition(_Strict):
    """Something the inventory says: exactly one of equals, one_of, empty, above, older_than_days."""

    attribute: str
    or_attribute: str | None = Field(None, description="Taken when the first is absent; lowers the confidence")
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    empty: bool | None = None
    above: float | None = None
    older_than_days: int | None = None
    optional: bool = Field(False, description="Holds where the attribute is absent")

    @model_validator(mode="after")
    def _one(self) -> "AttributeCondition":
        if (
            sum(value is not None for value in (self.equals, self.one_of, self.empty, self.above, self.older_than_days))
            != 1
        ):
            raise ValueError("give exactly one of equals, one_of, empty, above, older_than_days")
        return self


class WasteRule(_Strict):
    """One kind of waste."""

    name: str
    kind: str
    resource_types: tuple[str, ...]
    states: tuple[str, ...] = ()
    metrics: tuple[MetricCondition, ...] = ()
    attributes: tuple[AttributeCondition, ...] = ()
    current: str
    proposed: str
    to: str | None = Field(None, description="Type in the price catalogue that is proposed, for price_difference")
    saves: Literal["everything", "compute", "price_difference", "rightsizing", "unknown"]
    unknown: str = Field("", description="What would have to be known, for unknown")
    confidence: Confidence
    source: str = Field(min_length=10, description="Where the thresholds come from")
    caveats: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "WasteRule":
        if self.saves == "price_difference" and not self.to:
            raise ValueError("price_difference needs `to`")
        if self.saves == "unknown" and not self.unknown:
            raise ValueError("unknown needs `unknown`: what would have to be known")
        return self


_RULES = TypeAdapter(tuple[Annotated[WasteRule, Field()], ...])


def parse_rules(text: str, name: str) -> tuple[WasteRule, ...]:
    """Rules from YAML text; raises `UserError` naming the rule and what is wrong with it."""
    try:
        content: Any = yaml.safe_load(text)
        return _RULES.validate_python(content or ())
    except yaml.YAMLError as error:
        raise UserError(f"{name} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"]
        rule = (
            content[place[0]].get("name", place[0])
            if place and isinstance(place[0], int) and isinstance(content[place[0]], dict)
            else ""
        )
        raise UserError(f"{name}, rule {rule}: {'.'.join(map(str, place[1:]))}: {first['msg']}") from error


def read_rules(path: Path = BUILT_IN) -> tuple[WasteRule, ...]:
    """The rules of a file; the built-in ones by default."""
    return parse_rules(path.read_text(encoding="utf-8"), path.name)
