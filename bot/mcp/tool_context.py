"""Who asks through the protocol, and what they may: the same token scopes, roles and limits as of the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from mcp.server.mcpserver.exceptions import ToolError

from bot.api.auth.tokens import Scope
from bot.api.context import Caller, Context
from config.access import Actor, Denied, Permission, check

CALLER: ContextVar[Caller | None] = ContextVar("mcp_caller", default=None)
"""Whose request is being served, where it came by HTTP."""


@dataclass(frozen=True)
class ToolContext:
    """What the tools work with; `sitting` is who runs the process, where it serves one person over stdio."""

    context: Context
    sitting: Caller | None = None

    def asker(self, permission: Permission, scope: Scope) -> Actor:
        """The person who calls. Raises `ToolError` where token or role do not allow it, or they call too often."""
        caller = CALLER.get() or self.sitting
        if caller is None:
            raise ToolError("Nobody is signed in.")
        if caller is self.sitting and (wait := self.context.buckets.wait(caller.actor.id)):
            raise ToolError(f"Too many calls; try again in {wait:.1f} s.")  # by HTTP each request was counted before
        if scope not in caller.scopes:
            raise ToolError(f"This token may not be used for this; it needs the scope {scope}.")
        decision = check(caller.actor, permission)
        if isinstance(decision, Denied):
            raise ToolError(decision.reason)
        return caller.actor

    @contextmanager
    def share(self, asker: Actor) -> Iterator[None]:
        """A thread for one question. Raises `ToolError` where the asker has as many under way as one may."""
        with self.context.shares.take(asker.id) as granted:
            if not granted:
                most = self.context.shares.most
                raise ToolError(f"{most} of your questions are under way. Ask again when one is answered.")
            yield
