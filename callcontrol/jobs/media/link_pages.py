"""What a person sees who opens a link: a page with a player, or why there is none; in the browser's language."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from enum import StrEnum
from html import escape
from typing import Final, NamedTuple

from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.media import MediaKind

_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem;color:#1c1c1c;"
    "background:#fafafa}h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:.25rem 0}audio{width:100%;margin:1.25rem 0}"
    "small{color:#5a5a5a}@media(prefers-color-scheme:dark){body{color:#eee;background:#1b1b1b}small{color:#aaa}}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# For every answer: nothing is kept by browsers and proxies, and the link is told to no other site.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        f"default-src 'none'; media-src 'self'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
}


class Why(StrEnum):
    """Why a link plays nothing."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    LATER = "later"
    LIMITED = "limited"
    METHOD = "method"
    FAULT = "fault"

    @property
    def status(self) -> int:
        """Of HTTP."""
        return _STATUS[self]


_STATUS: Final = {
    Why.UNKNOWN: 404,
    Why.ENDED: 410,
    Why.WITHDRAWN: 410,
    Why.DELETED: 410,
    Why.LATER: 503,
    Why.LIMITED: 429,
    Why.METHOD: 405,
    Why.FAULT: 500,
}
_WHY: Final[Mapping[Language, Mapping[Why, str]]] = {
    "en": {
        Why.UNKNOWN: "This link is not valid. It may have been cut off when it was copied: open it in the mail.",
        Why.ENDED: "This link has ended.",
        Why.WITHDRAWN: "This link was withdrawn.",
        Why.DELETED: "What this link led to has been deleted.",
        Why.LATER: "This cannot be played right now. Try again in a minute.",
        Why.LIMITED: "Too many requests from your address. Try again in a minute.",
        Why.METHOD: "This address can only be opened and played.",
        Why.FAULT: "Something went wrong here. It has been noted; try again later.",
    },
    "pl": {
        Why.UNKNOWN: "Ten link jest nieprawidłowy. Mógł zostać ucięty przy kopiowaniu: otwórz go w wiadomości.",
        Why.ENDED: "Ten link stracił ważność.",
        Why.WITHDRAWN: "Ten link został wycofany.",
        Why.DELETED: "To, do czego prowadził ten link, zostało usunięte.",
        Why.LATER: "Nie można tego teraz odtworzyć. Spróbuj ponownie za minutę.",
        Why.LIMITED: "Zbyt wiele żądań z tego adresu. Spróbuj ponownie za minutę.",
        Why.METHOD: "Ten adres można tylko otworzyć i odtworzyć.",
        Why.FAULT: "Coś poszło nie tak. Zostało to odnotowane; spróbuj ponownie później.",
    },
    "ru": {
        Why.UNKNOWN: "Эта ссылка недействительна. Возможно, она скопирована не целиком: откройте её в письме.",
        Why.ENDED: "Срок действия этой ссылки истёк.",
        Why.WITHDRAWN: "Эта ссылка отозвана.",
        Why.DELETED: "То, на что вела эта ссылка, удалено.",  # noqa: RUF001
        Why.LATER: "Сейчас это нельзя воспроизвести. Попробуйте ещё раз через минуту.",
        Why.LIMITED: "От вашего адреса пришло слишком много запросов. Попробуйте ещё раз через минуту.",
        Why.METHOD: "Этот адрес можно только открыть и прослушать.",
        Why.FAULT: "Что-то пошло не так. Это отмечено; попробуйте позже.",
    },
}
_TITLES: Final[Mapping[Language, Mapping[MediaKind | None, str]]] = {
    "en": {
        MediaKind.MESSAGE: "Voice message",
        MediaKind.TALK: "Recorded conversation",
        MediaKind.GREETING: "Greeting",
        MediaKind.PROMPT: "Prompt",
        None: "Recording",
    },
    "pl": {
        MediaKind.MESSAGE: "Wiadomość głosowa",
        MediaKind.TALK: "Nagranie rozmowy",
        MediaKind.GREETING: "Powitanie",
        MediaKind.PROMPT: "Zapowiedź",
        None: "Nagranie",
    },
    "ru": {
        MediaKind.MESSAGE: "Голосовое сообщение",
        MediaKind.TALK: "Запись разговора",
        MediaKind.GREETING: "Приветствие",
        MediaKind.PROMPT: "Объявление",
        None: "Запись",
    },
}
_FROM: Final[Mapping[Language, str]] = {"en": "From", "pl": "Od", "ru": "От"}
_NOTED: Final[Mapping[Language, str]] = {
    "en": "That it is played is recorded. The link is yours alone and ends on {until}.",
    "pl": "Odtworzenie jest odnotowywane. Link jest przeznaczony tylko dla Ciebie i traci ważność {until}.",
    "ru": "Прослушивание отмечается. Ссылка предназначена только вам и действует до {until}.",
}
_FAILED: Final[Mapping[Language, str]] = {
    "en": "Your browser cannot play sound.",
    "pl": "Twoja przeglądarka nie odtwarza dźwięku.",
    "ru": "Ваш браузер не воспроизводит звук.",
}


class Shown(NamedTuple):
    """What the page tells; times as they are written."""

    kind: MediaKind | None
    caller: str
    began: str
    length_ms: int | None
    until: str


def player_page(shown: Shown, sound: str, content_type: str, language: Language) -> str:
    """The page with the player. Nothing is loaded before the person presses play.

    Args:
        sound: where the sound is, from the page's address.
    """
    caller = f"<p>{_FROM[language]} <b>{escape(shown.caller)}</b></p>" if shown.caller else ""
    length = "" if shown.length_ms is None else f" · {_length(shown.length_ms)}"
    title = _TITLES[language][shown.kind]
    body = (
        f"<h1>{title}</h1>{caller}<p>{escape(shown.began)}{length}</p>"
        f'<audio controls preload="none"><source src="{escape(sound)}" type="{content_type}">'
        f"{_FAILED[language]}</audio>"
        f"<small>{_NOTED[language].format(until=escape(shown.until))}</small>"
    )
    return _page(title, body, language)


def why_page(why: Why, language: Language) -> str:
    """The page that says why nothing is played. It says no more than that."""
    return _page(_TITLES[language][None], f"<p>{_WHY[language][why]}</p>", language)


def _page(title: str, body: str, language: Language) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _length(length_ms: int) -> str:
    minutes, seconds = divmod(round(length_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"
