"""What is allowed and yet hardly meant: a right that needs a PIN which there is none of."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.kinds.targets.voicemail.by_phone.boxes import own_box
from callcontrol.vocabulary.moment import Instant


def pins_that_cannot_be_entered(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """The PIN of a right is that of the extension's voicemail box."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            own = extension.outgoing.rights
            rights = (own if own is not None else tenant.outgoing.rights) or ()
            if any(right.pin for right in rights) and not own_box(key, tenant):
                what = "has a right that needs a PIN, and no voicemail box, whose PIN it is"
                right = f"add a box {key} to `voicemail:`; until then such calls are refused"
                yield problem_at(settings, ("tenants", name, "extensions", key), what, right)
