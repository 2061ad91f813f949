"""The fuzz targets, by hypothesis: any bytes, pieces of their own language thrown together, and their seeds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import main
from tests.fuzz.pieces import Pieces
from tests.fuzz.targets import CORPUS, TARGETS, seeds

EXAMPLES = 60
LARGEST_SEED_BYTES = 16_384


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_whatever_comes_a_target_holds(target: str, data: st.DataObject) -> None:
    assert TARGETS[target](data.draw(thrown_together(target))) is None


def thrown_together(target: str) -> st.SearchStrategy[bytes]:
    """Bytes, a seed with some of its bytes exchanged, and lines of several seeds."""
    texts = [path.read_bytes() for path in seeds(target)]
    lines = [line for text in texts for line in text.splitlines(keepends=True)]
    some = st.one_of(st.sampled_from(lines), st.binary(max_size=8))
    return st.one_of(
        st.binary(max_size=200),
        st.lists(some, max_size=12).map(b"".join),
        st.builds(spoilt, st.sampled_from(texts), st.integers(0, 10_000), st.binary(max_size=6)),
    )


def spoilt(text: bytes, at: int, thrown: bytes) -> bytes:
    """A text with something else in it."""
    at %= len(text) + 1
    return text[:at] + thrown + text[at + len(thrown) :]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_holds_on_its_seeds(target: str) -> None:
    assert len(seeds(target)) >= 3
    for path in seeds(target):
        assert path.stat().st_size <= LARGEST_SEED_BYTES
        assert TARGETS[target](path.read_bytes()) is None


def test_no_seed_is_left_over() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)


def test_a_find_is_replayed_without_the_fuzzer(capsys: pytest.CaptureFixture[str]) -> None:
    seed = seeds("wire")[0]
    assert main(["wire", "--replay", str(seed)]) == 0
    assert capsys.readouterr().out == f"{seed}: nothing found\n"
    with pytest.raises(SystemExit):
        main(["nothing"])


def test_pieces_are_taken_from_the_front_and_end_with_nothing() -> None:
    pieces = Pieces(b"\x05ab\nc\xff")
    assert (pieces.number(3), pieces.text(), pieces.text(), pieces.are_left) == (1, "ab", "c\ufffd", False)
    assert (pieces.number(7), pieces.choice("xyz"), pieces.text()) == (0, "x", "")
