"""What goes on running: the bot, the flows, and the Prefect server behind them."""

import typer

from commands.acting import connect, read_settings


def run() -> None:
    """Run the bot until Ctrl-C: Slack, the HTTP API, the delivery of messages. It follows changes of finops.yaml."""
    from bot.process.run import run as run_bot

    settings = read_settings()
    run_bot(settings, connect(settings))


def serve_flows() -> None:
    """Serve all flows to the Prefect server at PREFECT_API_URL, with their schedules."""
    from flows.deployments import serve

    serve(read_settings())


def stop_prefect() -> None:
    """Stop the Prefect server of FINOPS_HOME, which `finops flows serve` started and left running."""
    from flows import prefect_server

    typer.echo("Stopped." if prefect_server.stop(read_settings().home) else "It was not running.")
