"""The model's use and cost: requests, tokens, seconds and money, summed per person and day in the database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.settings import Settings
from db.tables import ModelUse

_MILLION = 1_000_000
_CHARACTERS_PER_TOKEN = 3.5


@dataclass(frozen=True)
class Prices:
    """Money per million prompt and completion tokens; 0 is not counted."""

    prompt: float = 0.0
    completion: float = 0.0


@dataclass(frozen=True)
class Use:
    """Requests, tokens, seconds, and cost in the currency of the prices."""

    requests: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0

    def __add__(self, other: "Use") -> "Use":
        """The sum of both."""
        return Use(
            self.requests + other.requests,
            self.tokens + other.tokens,
            self.seconds + other.seconds,
            self.cost + other.cost,
        )


def use_of(asked: list[dict[str, str]], content: str, reported: dict[str, Any], seconds: float, prices: Prices) -> Use:
    """The use of one request as the endpoint reports it; estimated from text lengths where it does not."""
    prompt = _count(reported.get("prompt_tokens"), sum(len(message["content"]) for message in asked))
    completion = _count(reported.get("completion_tokens"), len(content))
    total = max(_count(reported.get("total_tokens"), 0), prompt + completion)
    return Use(1, total, seconds, (prompt * prices.prompt + completion * prices.completion) / _MILLION)


def _count(reported: object, characters: int) -> int:
    if isinstance(reported, int) and not isinstance(reported, bool) and reported >= 0:
        return reported
    return round(characters / _CHARACTERS_PER_TOKEN)


def used_up(session: Session, person: str, day: date, settings: Settings) -> str | None:
    """The first of a person's daily budgets that is used up, as half a sentence; None when all have room."""
    used = session.get(ModelUse, (person, day))
    tokens, seconds, cost = (used.tokens, used.seconds, used.cost) if used else (0, 0.0, Decimal(0))
    for name, amount, limit in (
        ("tokens", tokens, settings.llm_daily_tokens_per_person),
        ("time", seconds, settings.llm_daily_seconds_per_person),
        ("money", cost, settings.llm_daily_cost_per_person),
    ):
        if amount >= limit and (name != "money" or settings.llm_input_price or settings.llm_output_price):
            return f"your budget of {name} for the model is used up for today"
    return None


def add(session: Session, person: str, day: date, use: Use) -> None:
    """Add the use of one question to the person's day."""
    statement = insert(ModelUse).values(
        person=person,
        day=day,
        requests=use.requests,
        tokens=use.tokens,
        seconds=use.seconds,
        cost=Decimal(str(use.cost)),
    )
    sums = {
        name: ModelUse.__table__.c[name] + statement.excluded[name]
        for name in ("requests", "tokens", "seconds", "cost")
    }
    session.execute(statement.on_conflict_do_update(index_elements=[sa.column("person"), sa.column("day")], set_=sums))
