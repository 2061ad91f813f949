"""Polish, as it is heard: genders and plurals."""

import pytest

from callcontrol.routing.speech import Hint, Phrase, expected_wait, key_hint, phrase, position, waited
from tests.routing.speech.spoken import said


@pytest.mark.parametrize(
    ("n", "number"),
    [
        (2, "dwa"),
        (3, "trzy"),
        (5, "pięć"),
        (10, "dziesięć"),
        (11, "jedenaście"),
        (12, "dwanaście"),
        (14, "czternaście"),
        (20, "dwadzieścia"),
        (21, "dwadzieścia jeden"),
        (22, "dwadzieścia dwa"),
        (25, "dwadzieścia pięć"),
        (50, "pięćdziesiąt"),
        (100, "sto"),
        (101, "sto jeden"),
        (102, "sto dwa"),
        (112, "sto dwanaście"),
        (122, "sto dwadzieścia dwa"),
        (200, "dwieście"),
        (317, "trzysta siedemnaście"),
        (999, "dziewięćset dziewięćdziesiąt dziewięć"),
    ],
)
def test_positions(n: int, number: str) -> None:
    assert said("pl", position("pl", n)) == f"Jesteś na pozycji numer {number} w kolejce"


def test_positions_without_a_number() -> None:
    assert said("pl", position("pl", 1)) == "Jesteś następną osobą w kolejce"
    assert said("pl", position("pl", 1_000)) == "W kolejce przed Tobą czeka bardzo wiele osób"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (1, "jedna minuta"),
        (2, "dwie minuty"),
        (3, "trzy minuty"),
        (4, "cztery minuty"),
        (5, "pięć minut"),
        (10, "dziesięć minut"),
        (11, "jedenaście minut"),
        (12, "dwanaście minut"),
        (13, "trzynaście minut"),
        (14, "czternaście minut"),
        (15, "piętnaście minut"),
        (20, "dwadzieścia minut"),
        (21, "dwadzieścia jeden minut"),
        (22, "dwadzieścia dwie minuty"),
        (24, "dwadzieścia cztery minuty"),
        (25, "dwadzieścia pięć minut"),
        (31, "trzydzieści jeden minut"),
        (32, "trzydzieści dwie minuty"),
        (60, "sześćdziesiąt minut"),
    ],
)
def test_expected_waits(minutes: int, text: str) -> None:
    assert said("pl", expected_wait("pl", minutes)) == f"Przewidywany czas oczekiwania: {text}"


@pytest.mark.parametrize(("minutes", "text"), [(0, "mniej niż minutę"), (61, "ponad godzinę"), (120, "ponad godzinę")])
def test_expected_waits_without_a_number(minutes: int, text: str) -> None:
    assert said("pl", expected_wait("pl", minutes)) == f"Przewidywany czas oczekiwania wynosi {text}"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "zero sekund"),
        (0, "zero sekund"),
        (1, "jedna sekunda"),
        (2, "dwie sekundy"),
        (12, "dwanaście sekund"),
        (21, "dwadzieścia jeden sekund"),
        (22, "dwadzieścia dwie sekundy"),
        (59, "pięćdziesiąt dziewięć sekund"),
        (60, "jedna minuta"),
        (61, "jedna minuta jedna sekunda"),
        (130, "dwie minuty dziesięć sekund"),
        (1_343, "dwadzieścia dwie minuty dwadzieścia trzy sekundy"),
        (3_600, "sześćdziesiąt minut"),
        (3_601, "ponad godzina"),
    ],
)
def test_waits_so_far(seconds: int, text: str) -> None:
    assert said("pl", waited("pl", seconds)) == f"Czas oczekiwania: {text}"


def test_phrases() -> None:
    assert {name: said("pl", phrase("pl", name)) for name in Phrase} == {
        Phrase.GREETING: "Dziękujemy za telefon",
        Phrase.ALL_BUSY: "Wszyscy konsultanci są zajęci. Prosimy czekać",
        Phrase.CALLBACK_PROMISED: "Zachowujemy Twoje miejsce w kolejce. Wkrótce oddzwonimy. Do widzenia",
        Phrase.CALLBACK_REFUSED: "Nie możemy oddzwonić na ten numer. Zachowujemy Twoje miejsce w kolejce",
        Phrase.CALLBACK_NOTED: "Prośba o oddzwonienie na ten numer jest już zapisana. Wkrótce oddzwonimy. Do widzenia",
        Phrase.CALLING_BACK: "Oddzwaniamy do klienta. Trwa łączenie",
        Phrase.CALLER_GONE: "Osoba dzwoniąca rozłączyła się",
        Phrase.ACCEPT: "Aby odebrać połączenie, naciśnij jeden",
        Phrase.RECORDED: "Ta rozmowa jest nagrywana",
    }


@pytest.mark.parametrize(
    ("hint", "key", "text"),
    [
        (Hint.VOICEMAIL, "0", "Aby zostawić wiadomość, naciśnij zero"),
        (Hint.CALLBACK, "1", "Jeśli mamy oddzwonić, naciśnij jeden"),
        (Hint.CALLBACK, "*", "Jeśli mamy oddzwonić, naciśnij gwiazdkę"),
        (Hint.DECLINE, "2", "Aby je odrzucić, naciśnij dwa"),
        (Hint.OBJECT, "9", "Jeżeli nie wyrażasz zgody, naciśnij dziewięć"),
        (Hint.VOICEMAIL, "#", "Aby zostawić wiadomość, naciśnij krzyżyk"),
    ],
)
def test_hints(hint: Hint, key: str, text: str) -> None:
    assert said("pl", key_hint("pl", hint, key)) == text
