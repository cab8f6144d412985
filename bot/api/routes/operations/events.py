"""Changes as server-sent events: what the page has to read again, for who may see it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from bot.api.context import Reader
from bot.api.pulse import Pulse, line_of
from config.access import Actor

router = APIRouter()
_LONGEST: Final = 300.0  # seconds; then the browser comes again, and its session and roles are looked at anew
_SILENCE: Final = 15.0  # seconds until a line says that the connection lives


@router.get("/events", include_in_schema=False)
async def events(request: Request, caller: Reader) -> StreamingResponse:
    """`{"topic": "remediations", "id": "7"}` an event; `id` is null where all of a topic is meant. A browser that was
    away reads everything again, so nothing is sent twice.
    """
    pulse: Pulse = request.app.state.pulse
    return StreamingResponse(
        lines(pulse, caller.actor), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def lines(pulse: Pulse, actor: Actor) -> AsyncGenerator[str]:
    """The events of one connection, `hello` first: no change after it is missed. It ends at once where changes cannot
    be read, and the browser comes again.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + _LONGEST
    with pulse.joined(actor.id) as listener:
        if not await pulse.begun():
            return
        yield line_of(retry=3_000, event="hello", data="{}")
        while (left := end - loop.time()) > 0:
            try:
                heard = await asyncio.wait_for(listener.queue.get(), min(left, _SILENCE))
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if heard is None:
                return
            for change in heard:
                if change.seen_by(actor):
                    yield line_of(data=json.dumps({"topic": change.topic, "id": change.id}))
