"""A kind stands in its own file: the rest of the package reaches kinds by the registry, and names none of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from callcontrol.config.settings import Tenant
from callcontrol.kinds import KINDS
from callcontrol.vocabulary import target
from tests.tidy.tree import PACKAGE, Source, parse, sources

REGISTRY = "callcontrol.kinds"
# Kinds that every floor knows: callers dial them, agents are reached at them.
NOUNS = {one.kind for one in vars(target).values() if isinstance(one, type) and hasattr(one, "kind")}
KINDS_BY_WORD = {kind.word for kind in KINDS} - NOUNS
# Steps and states of kinds.
CLASSES = {cls.__name__ for cls in KINDS.saved if not cls.__module__.startswith("callcontrol.vocabulary")}
WORDS = {
    "queue",
    "callback",
    "star",
    *(kind.word for kind in KINDS if kind.step is not None and kind.word not in NOUNS),
}
# What a worker tells a call, and what a call asks for: among it all that the live state of queues has words for. The
# third lists the modules of nouns.
PROTOCOL = {"events.py", "commands.py", "saved.py"}
# Files above the kinds that may name one. A callback has no target: an offer begins the call. A command that shows or
# sets the entries of one kind is about that kind, and so is the API's operation for it. A call that tells people of an
# emergency has no target either.
# Series of a kind's own metric begin with its entries.
# A supervisor may have a right at what one kind has found; who is at a conversation now is a star code's state.
# Lamps show what is in the boxes of one kind, by whose they are; what is sent by mail of them is about them, too.
DOORS = {
    "web/pages/admin/hours.py",
    *(
        "daemon/offer_dispatcher.py",
        "daemon/emergency_line.py",
        "daemon/lamps.py",
        "edges/series.py",
        "jobs/media/mail/boxes.py",
    ),
    *("commands/boxes.py", "commands/duty.py", "commands/menus.py", "usecases/supervision.py", "usecases/rooms.py"),
    *("usecases/set_by_hand.py", "daemon/parked_line.py", "daemon/supervise_line.py"),
}
BLOCKS = {kind.block.key for kind in KINDS if kind.block} - set(Tenant.model_fields)


def named_kinds(source: Source) -> Iterator[str]:
    """Where a file names a kind: by importing its file, by its block of a tenant, by the beginning of its targets."""
    for node in source.nodes:
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
    found = {place for source in others for place in named_kinds(source)}
    assert {place.rpartition(":")[0] for place in found} == {f"callcontrol/{path}" for path in DOORS}


def own_words(source: Source) -> Iterator[str]:
    """Where a file of the machine has a word of a kind in a name: of a function, a value, an attribute, an argument."""
    for node in source.nodes:
        match node:
            case ast.Attribute(value=ast.Name(id="do")):
                continue  # what can be asked for stands in `commands.py`
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                names = [name]
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names = [name]
            case ast.ImportFrom(module=str(module)) if not module.startswith("callcontrol.vocabulary"):
                names = [alias.name for alias in node.names]
            case _:
                continue
        yield from (source.at(node) for name in names if _is_of_a_kind(name))


def _is_of_a_kind(name: str) -> bool:
    words = {word.lower().removesuffix("s") for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)}
    return name in CLASSES or bool(words & WORDS)


def test_the_machine_knows_no_kind() -> None:
    machine = [source for source in sources(PACKAGE / "control") if source.path.name not in PROTOCOL]
    assert [place for source in machine for place in own_words(source)] == []


def test_steps_and_states_of_kinds_are_not_named_below_them() -> None:
    for floor in ("vocabulary", "config", "routing", "control", "billing"):
        for source in sources(PACKAGE / floor):
            names = {node.id for node in source.nodes if isinstance(node, ast.Name)}
            assert names & CLASSES == set(), source.path


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


def test_the_measure_of_the_machine_measures() -> None:
    assert {"Wait", "Waiting", "CallingBack", "Change", "ChangingAgent", "TakingMessage"} <= CLASSES
    assert {"queue", "callback", "star", "voicemail", "announcement"} <= WORDS
    for code in (
        "from callcontrol.kinds import queue",
        "def brought_back(queue): ...",
        "def is_star_code(): ...",
        "class QueueState: ...",
        "isinstance(state, Waiting)",
        "facts.tenant.queues",
    ):
        assert list(own_words(parse(code))) == ["example.py:1"], code
    harmless = "from callcontrol.vocabulary import queue\ndo.LeaveQueue(ticket)\nstart, restart = 1, 2"
    assert list(own_words(parse(harmless))) == []
