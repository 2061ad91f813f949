"""Numbers in what was set at run time: rules that forward to one, duties given to one, numbers that were barred."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from callcontrol.edges.live_state.keys import overrides, rules
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.written_forms import WrittenForms

_LISTS: Final = ("numbers", "prefixes")


def found(pipeline: RedisPipeline, key: str, forms: WrittenForms) -> Iterator[str]:
    """The fields of a hash whose name or value has the number. Waits for Redis."""
    for name, value in _pairs(pipeline.ask("HGETALL", key)).items():
        if forms.is_in(name.decode(errors="replace")) or forms.is_in(value.decode(errors="replace")):
            yield name.decode(errors="replace")


def erase_rule(pipeline: RedisPipeline, tenant: str, field: str) -> None:
    """The rule is taken away: what the files say counts again."""
    pipeline.ask("HDEL", rules(tenant), field)


def erase_override(pipeline: RedisPipeline, tenant: str, field: str, forms: WrittenForms) -> None:
    """A number that was barred is barred no more, one that has a duty has it no more."""
    key = overrides(tenant)
    value = pipeline.ask("HGET", key, field)
    if value is None:
        return
    kept = _without(orjson.loads(value), forms)
    if kept is None:
        pipeline.ask("HDEL", key, field)
    else:
        pipeline.ask("HSET", key, field, orjson.dumps(kept))


def _without(stored: dict[str, Any], forms: WrittenForms) -> dict[str, Any] | None:
    """What is left of it; None: it was about the number alone."""
    if "numbers" not in stored:
        return None
    for name in _LISTS:
        stored[name] = [one for one in stored.get(name, ()) if not forms.is_in(str(one))]
    for name in ("reason", "by"):
        stored[name] = forms.replaced(str(stored.get(name, "")), "…")
    return stored


def _pairs(reply: Any) -> Mapping[bytes, bytes]:
    """What HGETALL answers: names and values in turn, or already put together."""
    return reply if isinstance(reply, Mapping) else dict(zip(reply[::2], reply[1::2], strict=True))
