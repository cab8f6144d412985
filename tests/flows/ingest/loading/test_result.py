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
