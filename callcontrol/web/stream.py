"""Beginning a live stream: whether there is room for one more, and what its answer begins with."""

from __future__ import annotations

from falcon import Request, Response

from callcontrol.edges.web.keep_alive import IS_STREAM
from callcontrol.web.live import Live
from callcontrol.web.problems import Problem
from callcontrol.web.services import Services


def begin_stream(services: Services, live: Live, request: Request, response: Response) -> None:
    """The head of the answer; raises Problem where there are as many streams as may be."""
    if live.count >= services.settings.web.streams or live.is_stopping:
        cure, again = "close a window, or try again later", {"Retry-After": "30"}
        raise Problem(503, "too_many_streams", "too many live streams are open", "limited", "", cure, again)
    request.env[IS_STREAM]()
    response.content_type = "text/event-stream"
    # Not kept, and not gathered by a reverse proxy.
    response.set_header("Cache-Control", "no-store")
    response.set_header("X-Accel-Buffering", "no")
