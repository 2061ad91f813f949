"""Settings of media: what is done with sound files once the switch has made them."""

from __future__ import annotations

from pydantic import Field

from callcontrol.config.fields import Flag
from callcontrol.config.frozen import Frozen
from callcontrol.config.link_settings import Links


class MediaSettings(Frozen):
    """Sound files: messages, greetings, recorded talks."""

    run: Flag = Field(
        default=True, description="whether this host runs the media job; where several hosts do, they share the work"
    )
    links: Links = Links()
