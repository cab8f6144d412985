"""A forecast: the expected total, its band, how well earlier ones did."""

from analysis.wording import formatting
from bot.cards.elements import blocks, figures, mrkdwn
from bot.cards.elements.blocks import Card
from db.outgoing.messages import ForecastCard


def card(payload: ForecastCard) -> Card:
    """The expected total first, then why to believe it."""
    currency = str(payload.get("currency") or "USD")
    scope = mrkdwn.escape(payload.get("scope") or "everything", 100)
    band = f" ({formatting.money(payload['low'], currency)}–{formatting.money(payload['high'], currency)})"
    text = (
        f"{scope}: about {formatting.money(payload['total'], currency)}{band} in the next {int(payload['days'])} days"
    )
    belief = [
        f"model {mrkdwn.escape(payload['model'], 60)}",
        f"made {mrkdwn.day(str(payload['made_on']))}",
        "80 % band",
    ]
    if (error := payload.get("error")) is not None:
        belief.append(f"earlier ones were off by {formatting.percent(error)}")
    figure = payload.get("figure")
    drawn, chart = figures.draw(figure) if figure else (None, None)
    again = blocks.button(
        "Forecast again", "forecast_again", f"{payload.get('scope_kind', 'total')}:{payload.get('scope', '')}"
    )
    return blocks.card(
        text, [blocks.section(f"*{text}*"), drawn, blocks.context(" · ".join(belief)), blocks.actions([again])], chart
    )
