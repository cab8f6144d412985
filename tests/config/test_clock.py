"""Which day counts as today."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config import clock
from config.errors import UserError
from config.settings import Settings


def test_today_is_the_clocks_unless_a_file_names_a_day(tmp_path: Path) -> None:
    """Read anew each time: the day passes while the bot runs; no file or an empty one is the clock's."""
    file = tmp_path / "today"
    settings = Settings(_env_file=None, today_file=file)
    before = datetime.now(UTC).date()
    assert before <= clock.today(settings) <= datetime.now(UTC).date()
    assert clock.date_of_file(settings) is None
    file.write_text("")
    assert clock.date_of_file(settings) is None
    file.write_text("2031-01-02\n")
    assert clock.today(settings, "Asia/Tokyo") == clock.date_of_file(settings) == date(2031, 1, 2)
    assert clock.now(settings).date() == date(2031, 1, 2)
    assert clock.now(settings).tzinfo is UTC


def test_a_file_without_a_day_is_a_sentence(tmp_path: Path) -> None:
    """It names the setting and what stands there."""
    (tmp_path / "today").write_text("tomorrow")
    with pytest.raises(UserError, match=r"FINOPS_TODAY_FILE: .* holds 'tomorrow' and not a day"):
        clock.today(Settings(_env_file=None, today_file=tmp_path / "today"))
