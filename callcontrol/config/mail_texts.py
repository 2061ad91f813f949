"""What mails say where a tenant has written nothing else: subject and text of each kind in each language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.mail import MailKind


class Wording(NamedTuple):
    """Subject and text, both templates."""

    subject: str
    text: str


_EN: Final = {
    MailKind.VOICEMAIL: Wording(
        "Message from $who ($length)",
        "$who left a message of $length in the box $box on $when.\n"
        "New messages in this box: $new\n\nCall back: $call\n$file\n\n$transcript\n",
    ),
    MailKind.MISSED: Wording(
        "Missed call from $who in $queue",
        "$who waited $waited in the queue $queue on $when and was not served.\n\nCall back: $call\n",
    ),
    MailKind.DAILY: Wording(
        "Box $box on $day: $count",
        "Messages left in the box $box on $day: $count\nNew in this box now: $new\n\n$list\n",
    ),
    MailKind.LOCKED: Wording(
        "Mailbox $box is locked",
        "Too many wrong PINs were entered for the mailbox $box, the last one on $when by $who.\n"
        "It opens to no PIN for a while. If that was not you, tell your administrator.\n",
    ),
    MailKind.EMERGENCY: Wording(
        "Emergency call to $called by $who",
        "$who called the emergency number $called on $when.\n\n"
        "Extension: $extension\nPlace: $place\nNumber shown: $shown\nTrunk: $trunk\n"
        "Answered: $answered\nEnded: $ended\n",
    ),
}
_PL: Final = {
    MailKind.VOICEMAIL: Wording(
        "Wiadomość od $who ($length)",
        "$who: wiadomość głosowa, długość $length, skrzynka $box, $when.\n"
        "Nowe wiadomości w tej skrzynce: $new\n\nOddzwoń: $call\n$file\n\n$transcript\n",
    ),
    MailKind.MISSED: Wording(
        "Nieodebrane połączenie od $who w kolejce $queue",
        "$who: połączenie w kolejce $queue nie zostało obsłużone.\nData: $when. Czas oczekiwania: $waited.\n\n"
        "Oddzwoń: $call\n",
    ),
    MailKind.DAILY: Wording(
        "Skrzynka $box, $day: $count",
        "Wiadomości pozostawione w skrzynce $box dnia $day: $count\nNowe w tej skrzynce: $new\n\n$list\n",
    ),
    MailKind.LOCKED: Wording(
        "Skrzynka $box jest zablokowana",
        "Zbyt wiele razy podano błędny PIN do skrzynki $box, ostatnio: $when, $who.\n"
        "Przez pewien czas żaden PIN jej nie otworzy. Jeśli to ktoś obcy, powiadom administratora.\n",
    ),
    MailKind.EMERGENCY: Wording(
        "Połączenie alarmowe: $called, $who",
        "$who: połączenie z numerem alarmowym $called, $when.\n\n"
        "Numer wewnętrzny: $extension\nMiejsce: $place\nPokazany numer: $shown\nŁącze: $trunk\n"
        "Odebrane: $answered\nZakończone: $ended\n",
    ),
}
_RU: Final = {
    MailKind.VOICEMAIL: Wording(
        "Сообщение от $who ($length)",
        "$who: голосовое сообщение, длительность $length, ящик $box, $when.\n"
        "Новых сообщений в этом ящике: $new\n\n"
        "Перезвонить: $call\n$file\n\n$transcript\n",
    ),
    MailKind.MISSED: Wording(
        "Пропущенный вызов от $who в очереди $queue",
        "$who: вызов в очереди $queue остался без ответа.\n"
        "Дата: $when. Время ожидания: $waited.\n\n"
        "Перезвонить: $call\n",
    ),
    MailKind.DAILY: Wording(
        "Ящик $box, $day: $count",
        "Сообщений, оставленных в ящике $box за $day: $count. Сейчас новых: $new.\n\n$list\n",
    ),
    MailKind.LOCKED: Wording(
        "Ящик $box заблокирован",
        "Слишком много раз введён неверный PIN-код ящика $box, последний раз: $when, $who.\n"
        "Некоторое время ящик не открывается. Если это были не вы, сообщите администратору.\n",
    ),
    MailKind.EMERGENCY: Wording(
        "Экстренный вызов $called: $who",
        "$who: вызов экстренной службы $called, $when.\n\n"
        "Внутренний номер: $extension\n"
        "Место: $place\n"
        "Показанный номер: $shown\n"
        "Линия: $trunk\n"
        "Ответ: $answered\n"
        "Окончание: $ended\n",
    ),
}
WORDINGS: Final[Mapping[Language, Mapping[MailKind, Wording]]] = MappingProxyType({"en": _EN, "pl": _PL, "ru": _RU})


class Phrases(NamedTuple):
    """What stands in the place of what is not there, and before what is.

    Attributes:
        anonymous: a caller who shows no number.
        attached, link, removed, not_attached: where the sound is; `link` is followed by the address.
        said: before the transcript.
        date, moment: as `strftime` writes them.
        unanswered: a call that was not answered.
        supposed: behind a moment that is only the best known.
    """

    anonymous: str
    attached: str
    link: str
    removed: str
    not_attached: str
    said: str
    date: str
    moment: str
    unanswered: str
    supposed: str


PHRASES: Final[Mapping[Language, Phrases]] = MappingProxyType(
    {
        "en": Phrases(
            "an unknown number",
            "The message is attached.",
            "Listen to it: ",
            "The message is not kept any more.",
            "The message cannot be attached: listen to it by phone.",
            "As a program has heard it:",
            "%Y-%m-%d",
            "%Y-%m-%d at %H:%M",
            "no",
            "as far as is known",
        ),
        "pl": Phrases(
            "numer nieznany",
            "Wiadomość w załączniku.",
            "Odsłuchaj: ",
            "Wiadomość nie jest już przechowywana.",
            "Wiadomości nie można załączyć: odsłuchaj ją telefonicznie.",
            "Zapis automatyczny:",
            "%d.%m.%Y",
            "%d.%m.%Y, %H:%M",
            "nie",
            "według dostępnych danych",
        ),
        "ru": Phrases(
            "неизвестный номер",
            "Сообщение приложено.",
            "Прослушать: ",
            "Сообщение больше не хранится.",
            "Сообщение нельзя приложить: прослушайте по телефону.",
            "Автоматическая запись:",
            "%d.%m.%Y",
            "%d.%m.%Y, %H:%M",
            "нет",
            "по имеющимся данным",
        ),
    }
)
