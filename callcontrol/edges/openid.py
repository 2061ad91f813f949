"""A tenant's OpenID provider: where it sends people, and what it says of who comes back (OpenID Connect Core 1.0).

Code flow with PKCE (RFC 7636), state and nonce. What the provider says is read from its signed ID token alone, by keys
that are fetched over TLS from the issuer of the configuration; of what the browser brings the code alone is taken.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import gevent
import orjson
import urllib3
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from callcontrol.config.sign_on_settings import SignOn
from callcontrol.edges import clock
from callcontrol.edges.web_pool import SingleUse
from callcontrol.vocabulary.moment import SECOND_US, Instant

CONNECT_S, ANSWER_S = 5.0, 10.0
# All of an answer has come by then, also of a provider that sends a byte now and then.
WHOLE_S: Final = 20.0
# What is known of a provider is asked for anew after so long; its keys also where a token has another one.
KNOWN_S: Final = 3_600.0
KEYS_AGAIN_S: Final = 60.0
MOST_BYTES: Final = 1_048_576
LEEWAY_S: Final = 60
# No symmetric ones and no `none`: who signs must have a key of its own.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_FORM: Final = "application/x-www-form-urlencoded"


class ProviderAway(RuntimeError):
    """The provider cannot be asked now; the message says why."""


class NotBelieved(ValueError):
    """What came back is no answer of the provider to this request; the message says why."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Someone who is being sent to the provider: what the answer has to fit."""

    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class _Known:
    """A provider: its metadata, its keys, and when they were fetched (s)."""

    metadata: Mapping[str, Any]
    keys: KeySet
    metadata_s: float
    keys_s: float


class Providers:
    """All providers, each remembered for a while. Requests wait, and have deadlines."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._pool = SingleUse(CONNECT_S, ANSWER_S)
        self._known: dict[str, _Known] = {}

    def address_of(self, sign_on: SignOn, attempt: Attempt, back: str) -> str:
        """Where the browser is sent; `back`: where it comes back to."""
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": sign_on.client_id,
            "redirect_uri": back,
            "scope": " ".join(sign_on.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = str(self._provider(sign_on).metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def claims(self, sign_on: SignOn, attempt: Attempt, code: str, back: str) -> Mapping[str, Any]:
        """What the provider says of who came back with this code.

        Raises:
            ProviderAway, NotBelieved.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
            "client_id": sign_on.client_id,
        }
        known = self._provider(sign_on)
        headers = {"Content-Type": _FORM, "Accept": "application/json"}
        methods = known.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            pair = f"{quote(sign_on.client_id, safe='')}:{quote(sign_on.client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_secret"] = sign_on.client_secret
        told = self._asked("POST", str(known.metadata["token_endpoint"]), headers, urlencode(form).encode())
        token = told.get("id_token")
        if not isinstance(token, str):
            raise NotBelieved("the provider sent no ID token")
        return self._read(sign_on, token, attempt)

    def _read(self, sign_on: SignOn, token: str, attempt: Attempt) -> Mapping[str, Any]:
        claims = self._signed(sign_on, token)
        registry = jwt.JWTClaimsRegistry(
            now=self._now() // SECOND_US,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": sign_on.issuer},
            aud={"essential": True, "value": sign_on.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise NotBelieved(f"the ID token does not fit: {error}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else sign_on.client_id) != sign_on.client_id:
            raise NotBelieved("the ID token is for another client (azp)")
        if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise NotBelieved("the ID token names no one (sub)")
        return claims

    def _signed(self, sign_on: SignOn, token: str) -> dict[str, Any]:
        """The claims, if one of the provider's keys has signed them; keys may have changed since they were fetched."""
        known = self._provider(sign_on)
        try:
            return jwt.decode(token, known.keys, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError) as first:
            if clock.monotonic() - known.keys_s < KEYS_AGAIN_S:
                raise NotBelieved(f"the ID token is not signed by the provider: {first}") from first
        known.keys, known.keys_s = self._keys(known.metadata), clock.monotonic()
        try:
            return jwt.decode(token, known.keys, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError) as error:
            raise NotBelieved(f"the ID token is not signed by the provider: {error}") from error

    def _provider(self, sign_on: SignOn) -> _Known:
        known = self._known.get(sign_on.issuer)
        if known is None or clock.monotonic() - known.metadata_s >= KNOWN_S:
            known = self._known[sign_on.issuer] = self._fetched(sign_on.issuer)
        return known

    def _fetched(self, issuer: str) -> _Known:
        metadata = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", {})
        if metadata.get("issuer") != issuer:
            raise ProviderAway(f"{issuer} calls itself {metadata.get('issuer')}: `issuer` has to be the same")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _check_endpoint(issuer, name, metadata.get(name))
        began_s = clock.monotonic()
        return _Known(metadata, self._keys(metadata), began_s, began_s)

    def _keys(self, metadata: Mapping[str, Any]) -> KeySet:
        told = self._asked("GET", str(metadata["jwks_uri"]), {})
        try:
            return KeySet.import_key_set({"keys": told["keys"]})
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderAway(f"{metadata['jwks_uri']}: these are no keys: {error}") from error

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
        try:
            with gevent.Timeout(WHOLE_S, TimeoutError(f"no whole answer within {WHOLE_S:g} s")):
                status, read = self._answer(method, url, headers, body)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ProviderAway(f"{url}: {type(error).__name__}") from error
        try:
            told = orjson.loads(read)
        except orjson.JSONDecodeError as error:
            raise ProviderAway(f"{url} answered {status} and no JSON") from error
        if method == "POST" and status in (400, 401):
            raise NotBelieved(f"the provider refused the code: {str(told.get('error', status))[:64]}")
        if status != 200 or not isinstance(told, dict):
            raise ProviderAway(f"{url} answered {status}")
        return told

    def _answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        answer = self._pool.request(
            method, url, headers=dict(headers), body=body, redirect=False, preload_content=False
        )
        try:
            return answer.status, answer.read(MOST_BYTES)
        finally:
            answer.close()


def _check_endpoint(issuer: str, name: str, url: object) -> None:
    """Where the issuer is reached by TLS, so is everything else."""
    if not isinstance(url, str) or urlsplit(url).scheme not in ("https", urlsplit(issuer).scheme):
        raise ProviderAway(f"{issuer} names no {name} that can be used")
