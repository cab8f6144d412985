"""What a delivery says for people and for programs."""

from tests.flows.conftest import Bill, Load, rows


def test_a_period_is_one_line_whatever_files_it_came_in(load: Load, bill: Bill) -> None:
    """Two accounts in two files are one month; what stood before is theirs together."""
    files = [
        bill(rows(2, BillingAccountId=account, BilledCost=cost), f"{account}.csv")
        for account, cost in (("1", "10"), ("2", "5"))
    ]
    first = load(*files)
    assert [(one.month, one.now["billed"], one.before) for one in first.standing] == [("2026-09", 30, None)]
    bill(rows(2, BillingAccountId="2", BilledCost="7"), "2.csv")
    second = load(*files, accept_shrink=True)
    assert [line for line in second.to_text().splitlines() if line.startswith("2026-09")] == [
        "2026-09  USD        34.00       4.00  8.00           –  0.00          30.00"
    ]
    assert second.to_json()["standing"][0]["before"]["billed"].startswith("30")


def test_a_list_price_that_nobody_gave_is_no_zero(load: Load, bill: Bill) -> None:
    """A dash, for it is not known."""
    text = load(bill(rows(1, ListCost=""))).to_text()
    assert text.splitlines()[-1].split() == ["2026-09", "USD", "1.25", "1.00", "–", "–", "0.00", "–"]


def test_what_came_is_added_up_at_the_end(load: Load, bill: Bill) -> None:
    """To be held against invoices: all periods of each currency, and all files; a single period is its own sum."""
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z"}
    october |= {"ChargePeriodStart": "2026-10-02T00:00:00Z", "ChargePeriodEnd": "2026-10-03T00:00:00Z"}
    files = [
        bill(rows(2, BilledCost="10", ListCost=""), "september.csv"),
        bill(rows(1, BilledCost="5", ListCost="", **october), "october.csv"),
    ]
    *_, total, counted = load(*files).to_text().splitlines()
    assert total.split() == ["Total", "USD", "25.00", "3.00", "–", "–", "0.00", "–"]
    assert counted == "2 files: 2 loaded; 3 rows."
    assert load(*files).to_text().splitlines()[-1] == "2 files: 2 unchanged; 3 rows."
    assert "Total" not in load(files[0], source="alone").to_text()
