"""The door for other assistants."""

from commands.acting import AsOption, connect, read_organisation, read_settings, who_acts


def serve(person: AsOption = None) -> None:
    """Serve the Model Context Protocol over stdin and stdout, for one person; a running bot serves it at /mcp."""
    from bot.api.context import Caller, Context
    from bot.fair import Shares
    from bot.mcp.server import create_server
    from config import logs
    from nl2sql.ask import connect_deps

    settings = read_settings()
    logs.configure(settings.log_level)  # to stderr: stdout is the protocol's
    organisation = read_organisation(settings)
    database = connect(settings)
    shares = Shares(settings.questions_running_per_person)
    context = Context(settings, organisation, database, connect_deps(settings, organisation, database), shares=shares)
    caller = Caller(who_acts(settings, organisation, person), frozenset({"read", "ask"}))
    create_server(context, caller).run("stdio")
