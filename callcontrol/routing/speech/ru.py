"""Russian: одна минута, две минуты, пять минут, двенадцать минут, двадцать одна минута, двадцать две минуты.

One and two are feminine at the end of longer numbers too, and one takes the singular there; eleven to fourteen are
numbers of their own.
"""

from __future__ import annotations

from callcontrol.routing.speech.grammar import Clips, Form, Grammar, feminine, number


def _form(n: int) -> Form:
    if n % 100 in (11, 12, 13, 14):
        return Form.MANY
    match n % 10:
        case 1:
            return Form.ONE
        case 2 | 3 | 4:
            return Form.FEW
    return Form.MANY


def _before_noun(n: int) -> Clips:
    clips = number(n)
    return feminine(clips) if clips[-1] in ("number-1", "number-2") else clips


GRAMMAR = Grammar(form=_form, before_noun=_before_noun)
