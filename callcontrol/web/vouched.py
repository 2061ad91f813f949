"""A person for whom the tenant's provider vouches, and who is not signed in before our own second factor: a sealed
cookie says who, for a few minutes. It opens nothing by itself.
"""

from __future__ import annotations

from typing import Final

import orjson
from falcon import Request, Response

from callcontrol.edges.second_factor import NotOpened, Sealer
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.web.cookies import set_cookie
from callcontrol.web.guards import Guards
from callcontrol.web.services import Services

SECOND_STEP: Final = "/sign-in/{tenant}/second-factor"
BY_PROVIDER: Final = "signed in by single sign-on"
# So long a person may take to find the phone with the codes, or to set one up (seconds).
VOUCHED_S: Final = 600
# What the seal is for: no other sealed value is taken for one.
_PURPOSE: Final = "vouched"


class Vouched:
    """Keeps who was vouched for, in the person's own browser."""

    def __init__(self, services: Services, guards: Guards) -> None:
        self._services, self._guards = services, guards
        self._cookie = f"{guards.cookie}-vouched"

    def keep(self, response: Response, tenant: str, user_id: str) -> None:
        """Keep it."""
        kept = orjson.dumps([_PURPOSE, tenant, user_id, self._services.now()]).decode()
        self._set(response, Sealer(self._services.settings.web.keys).seal(kept).decode(), VOUCHED_S)

    def forget(self, response: Response) -> None:
        """The person is signed in."""
        self._set(response, "", 0)

    def read(self, request: Request, tenant: str) -> str:
        """The id of the person whom this tenant's provider has vouched for in this browser.

        Raises:
            NotSignedIn: it has not, or too long ago.
        """
        wrong = NotSignedIn("the provider has not vouched for anyone here, or too long ago", cure="sign in once more")
        try:
            opened = Sealer(self._services.settings.web.keys).open(request.cookies.get(self._cookie, "").encode())
            purpose, of_tenant, user_id, at = orjson.loads(opened)
        except (NotOpened, ValueError) as error:
            raise wrong from error
        if (purpose, of_tenant) != (_PURPOSE, tenant) or self._services.now() - at >= VOUCHED_S * SECOND_US:
            raise wrong
        return str(user_id)

    def _set(self, response: Response, value: str, seconds: int) -> None:
        set_cookie(response, self._cookie, value, seconds, is_secure=self._guards.is_secure)
