"""A kind stands in its own file: the rest of the package reaches kinds by the registry, and names none of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from callcontrol.config.settings import Tenant
from callcontrol.kinds import KINDS
from callcontrol.vocabulary import target
from tests.tidy.tree import PACKAGE, Source, parse, sources

REGISTRY = "callcontrol.kinds"
# Kinds that every floor knows: callers dial them, agents are reached at them.
NOUNS = {one.kind for one in vars(target).values() if isinstance(one, type) and hasattr(one, "kind")}
KINDS_BY_WORD = {kind.word for kind in KINDS} - NOUNS
BLOCKS = {kind.block.key for kind in KINDS if kind.block} - set(Tenant.model_fields)


def named_kinds(source: Source) -> Iterator[str]:
    """Where a file names a kind: by importing its file, by its block of a tenant, by the beginning of its targets."""
    for node in ast.walk(source.tree):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith(f"{REGISTRY}."):
                yield source.at(node)
            case ast.ImportFrom(module=str(module), names=names) if module == REGISTRY:
                yield from (source.at(node) for one in names if one.name != "KINDS")
            case ast.Attribute(attr=attribute, value=owner) if attribute in BLOCKS:
                yield from [source.at(node)] if ast.unparse(owner).endswith("tenant") else []
            case ast.Constant(value=str(text)) if _begins_a_target(text):
                yield source.at(node)


def _begins_a_target(text: str) -> bool:
    """`group:` and `group:sales`; not what a switch understands, such as `hangup:NORMAL_CLEARING`."""
    word, colon, value = text.partition(":")
    if word not in KINDS_BY_WORD or not colon:
        return False
    _, form = KINDS.forms.by_word[word]
    return not value or form.value.fullmatch(value) is not None


def test_no_other_file_names_a_kind() -> None:
    others = [source for source in sources(PACKAGE) if not source.path.is_relative_to(PACKAGE / "kinds")]
    assert [found for source in others for found in named_kinds(source)] == []


def test_the_measure_measures() -> None:
    assert {"announcement", "voicemail", "hangup", "group", "list"} <= KINDS_BY_WORD
    assert {"announcements", "voicemail", "groups", "lists"} <= BLOCKS
    for code in (
        "from callcontrol.kinds.targets.group import Group",
        "from callcontrol.kinds import targets",
        "facts.tenant.announcements",
        "f('hangup:busy')",
        "f'voicemail:{box}'",
    ):
        assert list(named_kinds(parse(code))) == ["example.py:1"], code
    harmless = "from callcontrol.kinds import KINDS\nmatch.groups()\ncause = 'hangup:NORMAL_CLEARING'"
    assert list(named_kinds(parse(harmless))) == []
