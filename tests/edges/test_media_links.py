"""Links are read as they were made, and not at all once anything of them was changed."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.edges.media_links import BadLink, Link, LinkSigner
from callcontrol.vocabulary.moment import Instant

NEW, OLD = "n" * 32, "o" * 32
SIGNER = LinkSigner([NEW, OLD], "https://voice.example.com")
LINK = Link("acme", "call-7", "anna@acme.example", Instant(1_000_000), Instant(2_000_000))
TEXT = st.text(st.characters(codec="utf-8"))
MOMENTS = st.integers(0, 10**17).map(Instant)


@settings(max_examples=50, deadline=None)
@given(st.builds(Link, TEXT, TEXT, TEXT, MOMENTS, MOMENTS))
def test_a_link_is_read_as_it_was_made(link: Link) -> None:
    assert SIGNER.read(SIGNER.token_of(link)) == link


def test_it_stands_in_any_mail() -> None:
    url = SIGNER.url_of(LINK)
    assert url.startswith("https://voice.example.com/media/")
    assert not url.startswith("https://voice.example.com/media/.")  # web servers refuse such names
    assert set(url.removeprefix("https://voice.example.com/media/")) <= set(
        string.ascii_letters + string.digits + "-_."
    )


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_is_changed_the_link_is_none(data: st.DataObject) -> None:
    token = SIGNER.token_of(LINK)
    at = data.draw(st.integers(0, len(token) - 2))  # the last letter holds bits that count for nothing
    letter = data.draw(st.sampled_from(sorted(set(string.ascii_letters + string.digits + "-_.") - {token[at]})))
    with pytest.raises(BadLink):
        SIGNER.read(token[:at] + letter + token[at + 1 :])


@pytest.mark.parametrize("token", ["", ".", "a.b", "a" * 3_000, "żółw.x", "../../etc/passwd", "%00", "[]"])
def test_what_is_no_link(token: str) -> None:
    with pytest.raises(BadLink):
        SIGNER.read(token)


def test_a_new_key_signs_and_the_old_one_still_counts_until_it_is_taken_out() -> None:
    by_old = LinkSigner([OLD], "").token_of(LINK)
    assert SIGNER.read(by_old) == LINK
    assert SIGNER.token_of(LINK) == LinkSigner([NEW], "").token_of(LINK) != by_old
    with pytest.raises(BadLink):
        LinkSigner([NEW], "").read(by_old)
