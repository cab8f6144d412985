"""Detection and forecasts on series in a file, without a database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.printing import print_json


def anomalies(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns series, timestamp, value")],
) -> None:
    """Replay series day by day and write what would have been alerted, one JSON line each; never looks ahead."""
    from commands.analyze.anomalies import replay_csv

    _print_lines(replay_csv(file))


def forecast(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns series, timestamp, value")],
    days: Annotated[int, typer.Option(min=1, max=730, help="Days ahead")] = 180,
    model: Annotated[
        str, typer.Option(help="ensemble, or one of its models alone: structural, arima, theta, ets, sma, year …")
    ] = "ensemble",
) -> None:
    """Forecast every series, one JSON line per day: mean, 80 % and 95 % bands, model."""
    from commands.analyze.forecasts import forecast_csv

    _print_lines(forecast_csv(file, days, model))


def _print_lines(lines: Iterator[dict[str, Any]]) -> None:
    for line in lines:
        print_json(line)
