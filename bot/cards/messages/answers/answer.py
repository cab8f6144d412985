"""The answer card: the figure, why to believe it, the evidence, what one can do. Drawn from the stored result alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analysis.wording import words
from bot.cards.elements import blocks, data_tables, figures, inputs, mrkdwn, tables
from bot.cards.elements.blocks import Block, Card
from bot.cards.messages.answers import recipe

LATE_AFTER_DAYS = 2
_INPUT = 3_000  # characters that Slack lets a text field begin with


def is_late(result: dict[str, Any], today: date) -> bool:
    """Whether the bills behind a result end more than two days before today."""
    as_of = result.get("as_of")
    return bool(as_of) and (today - date.fromisoformat(str(as_of)[:10])).days > LATE_AFTER_DAYS


def card(result: dict[str, Any], reference: str, today: date, asked: str | None = None) -> Card:
    """An `answer` result as a message; `asked` quotes a question that does not stand above it in the thread."""
    quote = blocks.context(mrkdwn.escape(asked or "", 300))
    foot = [
        blocks.context(certified_line(result), provenance_line(result)),
        _buttons(result, reference, today),
        blocks.feedback("answer_feedback", reference) if reference else None,
    ]
    if result.get("sections"):
        return recipe.card(result, fallback(result), quote, foot)
    headline, *rest = _lines(result)
    figure = figures.figure_of(result)
    drawn, chart = figures.draw(figure) if figure else (None, None)
    plain, sortable = tables.table_of(result), data_tables.data_table_of(result)
    return blocks.card(
        fallback(result),
        [
            quote,
            blocks.section(
                "\n".join([f"*{mrkdwn.escape(headline, 1_000)}*", *(mrkdwn.escape(line, 600) for line in rest[:6])])
            ),
            drawn,
            sortable or plain,
            *foot,
        ],
        chart,
        {data_tables.ROWS: plain} if sortable and plain else None,
    )


def _lines(result: dict[str, Any]) -> list[str]:
    return [line for line in str(result.get("text") or "").splitlines() if mrkdwn.plain(line)] or ["Done."]


def fallback(result: dict[str, Any]) -> str:
    """The answer in a sentence or two, for notifications and screen readers."""
    headline = mrkdwn.escape(_lines(result)[0], 1_500)
    certified = mrkdwn.escape((result.get("certified") or {}).get("says") or "", 300)
    return f"{headline} ({' · '.join(part for part in (certified, provenance_line(result)) if part)})"


def provenance_line(result: dict[str, Any]) -> str:
    """Metric, period, how far the bills reach and who translated: the line under every answer."""
    parts = []
    if metric := result.get("metric"):
        parts.append(mrkdwn.escape(words.metric(str(metric)), 60))
    period = result.get("period") or {}
    if period.get("start") and period.get("end"):
        parts.append(mrkdwn.span(str(period["start"]), str(period["end"])))
    if as_of := result.get("as_of"):
        parts.append(f"bills through {mrkdwn.day(str(as_of))}")
    parts.append(answered_by(result))
    return " · ".join(parts)


def certified_line(result: dict[str, Any]) -> str:
    """Who approved the answer, or the one that it comes from; empty for others."""
    certified = result.get("certified") or {}
    says = mrkdwn.escape(certified.get("says") or "", 300)
    return f":white_check_mark: {says}" if says and certified.get("holds") else says


def answered_by(result: dict[str, Any]) -> str:
    """Who made the SQL: rules, a model, a person; and that the model did not answer, where rules had to."""
    translator = str(result.get("translator") or "offline")
    if translator == "llm":
        return f"answered by {mrkdwn.escape(result.get('model') or 'a model', 60)}, checked"
    if translator != "offline":
        return "your SQL, checked"
    return "answered by rules; the model did not answer" if result.get("fallback") else "answered by rules"


def _buttons(result: dict[str, Any], reference: str, today: date) -> Block | None:
    if not reference:
        return None
    row = []
    if result.get("sql"):
        row.append(blocks.button("Show SQL", "answer_sql", reference))
    if result.get("rows"):
        row.append(blocks.button("CSV", "answer_csv", reference))
    if result.get("sql") and not result.get("sections"):
        row.append(blocks.button("Edit", "answer_edit", reference))
    if result.get("sql"):
        row.append(blocks.button("Schedule…", "answer_schedule", reference))
    if result.get("sections"):
        row.append(blocks.button("Canvas", "answer_canvas", reference))
    if (result.get("certified") or {}).get("parameters"):
        row.append(blocks.button("Change…", "answer_parameters", reference))
    if is_late(result, today):
        row.append(blocks.button("Refresh bills", "refresh_bills", reference))
    return blocks.actions(row)


def sql_of(result: dict[str, Any]) -> str:
    """The SQL of a result, of every section where it has several."""
    parts = [one for one in result.get("sections") or [] if one.get("sql")]
    titles = (" ".join(str(one.get("title") or "").split()) for one in parts)
    several = "\n\n".join(f"-- {title}\n{one['sql']}" for title, one in zip(titles, parts, strict=True))
    return several or str(result.get("sql") or "")


def sql_modal(question: str, sql: str) -> Block:
    """The SQL that was run, as it was run."""
    pieces = [sql[start : start + 2_800] for start in range(0, min(len(sql), 28_000), 2_800)] or [""]
    return {
        "type": "modal",
        "title": blocks.plain_text("The SQL behind it", 24),
        "close": blocks.plain_text("Close", 24),
        "blocks": [
            blocks.section(mrkdwn.escape(question, 500)),
            *(blocks.section(mrkdwn.code(piece)) for piece in pieces),
            blocks.section("Run read-only, through the guard, narrowed to what the asker may see."),
        ],
    }


PERIODS = ("This month", "Last month", "Last 7 days", "Last 30 days", "This quarter", "Last quarter", "This year")
_AS_IT_IS = "-"


def parameters_modal(where: str, parameters: Sequence[str], names: Mapping[str, Sequence[str]]) -> Block:
    """A modal for the parameters of a certified answer: its period, and the names that it is narrowed to."""
    fields: list[Block] = []
    same = ("As it is", _AS_IT_IS)
    if "period" in parameters:
        menu = inputs.choice([same, *((label, label.lower()) for label in PERIODS)], _AS_IT_IS)
        fields.append(inputs.field("period", "Period", menu))
    for dimension in parameters:
        if fitting := [name for name in names.get(dimension, ()) if name.strip() and len(name) <= inputs.VALUE]:
            menu = inputs.choice([same, *((name, name) for name in fitting)], _AS_IT_IS)
            fields.append(inputs.field(dimension, words.column(dimension), menu))
    hint = "What is narrowed or shown in another way than this is asked in the thread, and is not certified."
    return inputs.modal("change_parameters", where, "Change the answer", "Ask", [*fields, blocks.section(hint)])


def changed_parameters(values: Mapping[str, Any]) -> str:
    """What the modal asks, as a follow-up in words; empty where nothing is another."""
    chosen = {name: str(value) for name, value in values.items() if value and value != _AS_IT_IS}
    period = chosen.pop("period", "")
    named = [f"{dimension.replace('_', ' ')} {name}" for dimension, name in chosen.items()]
    return ", ".join(part for part in (f"for {' and '.join(named)}" if named else "", period) if part)


def offer_example(reference: str) -> Card:
    """Thanks for a helpful answer, with the button that makes it an example."""
    text = "Thank you, noted. Shall it be an example for questions like it?"
    return blocks.card(
        text, [blocks.section(text), blocks.actions([blocks.button("Make it an example", "answer_example", reference)])]
    )


def edit_modal(reference: str, where: str, sql: str) -> Block:
    """A modal to change the SQL; what comes back goes through the same guard. `where` is kept as private metadata."""
    fits = len(sql) <= _INPUT
    shown = {"initial_value": sql} if fits else {}
    hint = (
        "It is checked and narrowed as every question is."
        if fits
        else "The statement is too long to be edited here; Show SQL has it whole."
    )
    return {
        "type": "modal",
        "callback_id": "edit_sql",
        "private_metadata": where[:3_000],
        "title": blocks.plain_text("Edit the SQL", 24),
        "submit": blocks.plain_text("Run", 24),
        "close": blocks.plain_text("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": "sql",
                "label": blocks.plain_text("One SELECT over the reporting views", 200),
                "element": {"type": "plain_text_input", "action_id": "sql", "multiline": True, **shown},
                "hint": blocks.plain_text(f"{hint} Question {reference}.", 300),
            }
        ],
    }
