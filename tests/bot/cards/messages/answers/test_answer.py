"""The answer card keeps Slack's limits and the stored figures."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import charts
from bot.cards import message_types
from bot.cards.elements import figures, tables
from bot.cards.messages.answers import answer
from db.outgoing.messages import AnswerCard
from standins.slack.block_kit.blocks import message_faults, view_faults

TODAY = date(2026, 11, 23)


def result(columns: list[str], rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {
        "outcome": "answer",
        "text": "$12.4k: checkout in prod, last week",
        "sql": "SELECT 1",
        "columns": columns,
        "rows": rows,
        "metric": "effective",
        "period": {"start": "2026-11-16", "end": "2026-11-23"},
        "currency": "USD",
        "as_of": "2026-11-22",
        "translator": "offline",
        "elapsed_ms": 12,
        **more,
    }


def texts(card: dict[str, Any]) -> str:
    return str(card["blocks"])


def block(card: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(b for b in card["blocks"] if b["type"] == kind)


def test_the_first_line_is_the_answer_and_the_text_stands_alone() -> None:
    """A notification says figure, metric, period and how far the bills reach."""
    card = answer.card(result(["service", "cost"], [["EC2", 7204.11], ["S3", 12.5]]), "7F3K", TODAY)
    assert card["blocks"][0]["text"]["text"] == "*$12.4k: checkout in prod, last week*"
    assert (
        card["text"]
        == "$12.4k: checkout in prod, last week (Effective cost · 16–22 Nov 2026 · bills through 22 Nov · answered by "
        "rules)"
    )
    assert message_faults(card["blocks"]) == []


def test_a_long_result_is_cut_visibly_and_its_total_is_over_all_rows() -> None:
    """The rows that are left out are counted, and the total adds up every row."""
    rows = [[f"service-{n}", 1.5] for n in range(400)]
    shown = block(answer.card(result(["service", "cost"], rows), "7F3K", TODAY), "table")["rows"]
    assert [cell["text"] for cell in shown[-2]] == ["390 more in the CSV", "585.00", "97.5 %"]
    assert [cell["text"] for cell in shown[-1]] == ["Total of 400", "600.00", "100.0 %"]


def test_a_long_series_shows_its_newest_days() -> None:
    """The earlier ones are summed above them."""
    days = [[f"2026-10-{day:02d}", 2.0] for day in range(1, 32)]
    shown = tables.table_of(result(["day", "cost"], days))
    assert shown is not None
    first = [[cell["text"] for cell in row] for row in shown["rows"][1:3]]
    assert first == [["21 earlier in the CSV", "42.00"], ["22 Oct 2026", "2.00"]]
    assert [cell["text"] for cell in shown["rows"][-1]] == ["Total of 31", "62.00"]


def test_parts_over_time_are_stacked_in_a_picture() -> None:
    """Slack's own areas lie over one another, which would read as something else."""
    rows = [[f"2026-11-{day:02d}", team, 1.0] for day in range(1, 5) for team in ("a", "b")]
    assert answer.card(result(["day", "team", "cost"], rows, chart="stacked"), "R", TODAY)["chart"]["kind"] == "area"


def test_parts_of_a_whole_show_their_share() -> None:
    """Of the whole result, and not where parts are negative or follow the calendar."""
    split = result(["service", "cost"], [["EC2", 75.0], ["S3", 25.0]])
    shown = tables.table_of(split)
    assert shown is not None
    assert [row[2]["text"] for row in shown["rows"]] == ["Share", "75.0 %", "25.0 %", "100.0 %"]
    for columns, rows in (
        (["day", "cost"], [["2026-11-01", 1.0], ["2026-11-02", 2.0]]),
        (["service", "cost"], [["a", 1.0], ["b", -2.0]]),
    ):
        assert "Share" not in str(tables.table_of(result(columns, rows)))


def test_shares_of_a_ranking_that_was_cut_are_of_everything() -> None:
    """Not of the rows that are shown; where the whole is not known, there is no share."""
    cut = result(["service", "cost"], [["EC2", 50.0], ["S3", 30.0]]) | {"sql": "SELECT … ORDER BY cost DESC LIMIT 2"}
    shown = tables.table_of(cut | {"whole": 200.0})
    assert shown is not None
    assert [row[2]["text"] for row in shown["rows"]] == ["Share", "25.0 %", "15.0 %", "100.0 %"]
    assert [cell["text"] for cell in shown["rows"][-1]][:2] == ["Total of all", "200.00"]
    assert "Share" not in str(tables.table_of(cut))


def test_what_must_not_be_added_up_has_no_total() -> None:
    """Averages, shares, several currencies and rows that are no parts of a whole are not summed."""
    for columns, rows in (
        (["service", "average_cost"], [["a", 1.0], ["b", 2.0]]),
        (["service", "currency", "cost"], [["a", "USD", 1.0], ["b", "EUR", 2.0]]),
        (["period", "cost"], [["this month", 1.0], ["last month", 2.0]]),
    ):
        table = tables.table_of(result(columns, rows))
        assert table is not None
        assert "Total" not in str(table)


def test_figures_follow_the_shape_of_the_rows() -> None:
    """A trend is a line, a ranking bars of eight and other, and a month of days a picture."""
    days = [[f"2026-11-{day:02d}", float(day)] for day in range(1, 11)]
    assert (
        block(answer.card(result(["day", "cost"], days), "R", TODAY), "data_visualization")["chart"]["type"] == "line"
    )
    ranking = block(
        answer.card(result(["team", "cost"], [[f"t{n}", 20.0 - n] for n in range(14)]), "R", TODAY),
        "data_visualization",
    )
    labels = ranking["chart"]["axis_config"]["categories"]
    assert labels[-1] == "other"
    assert len(labels) == 9
    month = answer.card(
        result(["day", "cost"], [[f"2026-10-{day:02d}", 1.0 * day] for day in range(1, 32)]), "R", TODAY
    )
    assert month["chart"]["kind"] == "line"
    assert block(month, "image")["block_id"] == "picture"


def test_late_bills_offer_a_refresh() -> None:
    """Two days are usual; more bring the button."""
    assert "refresh_bills" not in texts(answer.card(result(["cost"], [[1.0]], as_of="2026-11-21"), "R", TODAY))
    assert "refresh_bills" in texts(answer.card(result(["cost"], [[1.0]], as_of="2026-11-20"), "R", TODAY))


def test_buttons_carry_the_reference_and_nothing_else() -> None:
    """No SQL, no parameter of an action stands in a button."""
    row = block(answer.card(result(["service", "cost"], [["a", 1.0], ["b", 2.0]]), "7F3K", TODAY), "actions")
    assert {element["value"] for element in row["elements"]} == {"7F3K"}


def test_the_csv_is_exact_and_runs_no_formula() -> None:
    """Spreadsheets see texts, programs see every digit."""
    written = list(
        csv.reader(io.StringIO(tables.csv_of(result(["tag", "cost"], [["=HYPERLINK(1)", 0.1234567], ["-2+3", None]]))))
    )
    assert written == [["Tag", "Cost (USD)"], ["'=HYPERLINK(1)", "0.1234567"], ["'-2+3", ""]]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "＝1+1", "\n=1+1", "\t=1", "@SUM(1)"])
def test_neither_a_title_nor_a_cell_of_the_csv_begins_a_formula(text: str) -> None:
    """A column may be named by who asks, and a full-width sign is a sign to a spreadsheet."""
    [[title], [cell]] = csv.reader(io.StringIO(tables.csv_of(result([text], [[text]])), newline=""))
    assert title == cell == f"'{text}"


cells = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(),
    st.sampled_from(["2026-11-01", "2026-11-02"]),
)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_result_makes_a_card_that_slack_takes(data: st.DataObject) -> None:
    """Wild names and values of any shape stay within the limits."""
    columns = data.draw(
        st.lists(st.sampled_from(["service", "cost", "day", "team", "share", "x" * 90]), min_size=1, max_size=25)
    )
    rows = data.draw(st.lists(st.lists(cells, min_size=len(columns), max_size=len(columns)), max_size=60))
    outcome = data.draw(st.sampled_from(["answer", "clarify", "cannot_answer", "blocked", "timeout", "unavailable"]))
    choices = data.draw(st.lists(st.text(max_size=100), max_size=12))
    wild = result(columns, rows, outcome=outcome, choices=choices, text=data.draw(st.text(max_size=200)))
    asked = data.draw(st.none() | st.text(max_size=50))
    card = message_types.draw(AnswerCard(type="answer", result=wild, reference="7F3K", asked=asked), TODAY)
    shown = [{**b, "slack_file": {"id": "F1"}} if b.get("block_id") == "picture" else b for b in card["blocks"]]
    assert message_faults(shown, ["F1"]) == []
    assert card["text"]


def test_the_modals_are_valid() -> None:
    """Show and edit keep the limits even for the longest SQL."""
    assert view_faults(answer.sql_modal("why?", "SELECT " + "x" * 30_000)) == []
    assert view_faults(answer.edit_modal("R", "{}", "SELECT " + "x" * 30_000)) == []


def test_a_change_is_a_waterfall_that_adds_up() -> None:
    """From the amount before over the largest parts and the rest to the amount after, as a picture with its words."""
    columns = ["resource", "resource_id", "october_2026", "september_2026", "change", "change_percent"]
    rows = [[f"db-{n}", f"arn:aws:rds:eu-west-1:1:db:db-{n}", 100.0 + n, 90.0, 10.0 + n, 11.1] for n in range(12)]
    card = answer.card(result(columns, rows, chart="waterfall"), "7F3K", TODAY)
    figure = card["chart"]
    values = figure["series"][0][1]
    assert (figure["kind"], figure["categories"][0], figure["categories"][-2:]) == (
        "waterfall",
        "September 2026",
        ["the rest", "October 2026"],
    )
    assert sum(values[:-1]) == pytest.approx(values[-1])
    assert "September 2026 1,080.00" in block(card, "image")["alt_text"]
    titles = [cell["text"] for cell in card["plain_tables"]["rows"]["rows"][0]]
    assert "Resource id" not in titles  # the name stands there; the CSV has the id
    assert "arn:aws:rds" in tables.csv_of(result(columns, rows))


@pytest.mark.parametrize(
    ("ends", "parts"),
    [((90_000.0, 90_500.0), [300.0, 200.0]), ((0.0, 50.0), [30.0, 20.0]), ((100.0, 20.0), [-50.0, -30.0])],
)
def test_a_waterfall_can_be_drawn(ends: tuple[float, float], parts: list[float]) -> None:
    """Of a small change, from nothing, and downward."""
    figure = figures.waterfall(
        "Why",
        ("before", "after"),
        ends,
        [(f"a very long name of a resource {n}", part) for n, part in enumerate(parts)],
        "USD",
    )
    assert figure is not None
    assert charts.png(figure).startswith(b"\x89PNG")


def test_the_card_says_who_answered() -> None:
    """Rules, a model, rules because the model did not answer, a person."""
    assert answer.answered_by({"translator": "offline"}) == "answered by rules"
    assert answer.answered_by({"translator": "llm", "model": "m-1"}) == "answered by m-1, checked"
    assert (
        answer.answered_by({"translator": "offline", "fallback": "the model took longer than 20 s"})
        == "answered by rules; the model did not answer"
    )
    assert answer.answered_by({"translator": "sql"}) == "your SQL, checked"


def test_sql_that_is_too_long_to_edit_is_not_cut() -> None:
    """A statement without its end would be another statement."""
    modal = answer.edit_modal("7F3K", "{}", "SELECT " + "1, " * 2_000 + "1")
    assert "initial_value" not in str(modal)
    assert "Show SQL has it whole" in str(modal)
    assert "SELECT 2" in str(answer.edit_modal("7F3K", "{}", "SELECT 2"))


def test_parts_over_time_are_columns() -> None:
    """A row a step, the largest parts, the others and their sum beside it; the total stands below."""
    rows = [[f"2026-10-{day:02d}", f"team-{n}", float(n)] for day in range(1, 15) for n in range(1, 9)]
    shown = block(
        answer.card(result(["day", "team", "effective_cost"], rows, chart="stacked"), "7F3K", TODAY), "table"
    )["rows"]
    cells = [[cell["text"] for cell in row] for row in shown]
    assert cells[0] == ["Day", "Total", "team-8", "team-7", "team-6", "Other"]
    assert cells[1] == ["4 earlier in the CSV", "144.00", "32.00", "28.00", "24.00", "60.00"]
    assert cells[2] == ["5 Oct 2026", "36.00", "8.00", "7.00", "6.00", "15.00"]
    assert cells[-1][1] == "504.00"


def test_a_change_stands_beside_its_per_cent() -> None:
    """In one cell, with signs; titles of periods read as periods."""
    columns = ["service", "16_to_22_nov_2026", "9_to_15_nov_2026", "change", "change_percent"]
    rows = [["EC2", 124.0, 100.0, 24.0, 24.0], ["S3", 5.0, 10.0, -5.0, -50.0], ["new", 7.0, 0.0, 7.0, None]]
    shown = block(answer.card(result(columns, rows), "7F3K", TODAY), "table")["rows"]
    cells = [[cell["text"] for cell in row] for row in shown]
    assert cells[0] == ["Service", "16–22 Nov 2026", "Change", "9–15 Nov 2026"]
    assert [row[2] for row in cells[1:4]] == ["+24.00 (+24.0 %)", "−5.00 (−50.0 %)", "+7.00"]
    assert cells[4] == ["Total of 3", "136.00", "+26.00 (+23.6 %)", "110.00"]


def test_a_currency_without_cents_has_no_decimals() -> None:
    """In the table, its total and the CSV; quantities keep theirs, and so does the euro beside the yen."""
    yen = result(["service", "cost"], [["EC2", 1234.5], ["S3", 0.25]], currency="JPY")
    shown = str(tables.table_of(yen))
    assert ("'1,235'" in shown, "1,234.50" in shown) == (True, False)
    assert tables.csv_of(yen).splitlines()[1:] == ["EC2,1235", "S3,0"]
    both = result(["currency", "cost"], [["JPY", 10.5], ["EUR", 10.5]], currency="several")
    assert tables.csv_of(both).splitlines()[1:] == ["JPY,11", "EUR,10.5"]
    hours = result(["service", "usage_quantity"], [["EC2", 1.5], ["S3", 2.5]], currency="JPY", metric="usage_quantity")
    assert "1.50" in str(tables.table_of(hours))
