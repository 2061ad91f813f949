"""Several sounds as the argument of one playback."""

import pytest

from callcontrol.routing.speech import as_file_string, position
from callcontrol.routing.speech.file_string import MOST_FILES


def test_one_file_stays_as_it_is() -> None:
    assert as_file_string(position("ru", 1)) == "queue/ru/position-next.wav"


def test_several_are_joined() -> None:
    assert as_file_string(position("ru", 21)) == (
        "file_string://queue/ru/position.wav!queue/ru/number-20.wav!queue/ru/number-1.wav"
    )


def test_other_sounds_may_stand_among_them() -> None:
    files = ("silence_stream://300", "/srv/acme/support.wav")
    assert as_file_string(files) == "file_string://silence_stream://300!/srv/acme/support.wav"


def test_as_many_as_the_switch_takes() -> None:
    assert as_file_string(("a.wav",) * MOST_FILES).count("!") == MOST_FILES - 1


@pytest.mark.parametrize("files", [(), ("a.wav",) * (MOST_FILES + 1)])
def test_none_or_too_many_are_refused(files: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"not {len(files)}"):
        as_file_string(files)


@pytest.mark.parametrize("files", [("a!b.wav",), ("a.wav", "b!.wav")])
def test_the_separator_is_refused_in_a_name(files: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="separator"):
        as_file_string(files)
