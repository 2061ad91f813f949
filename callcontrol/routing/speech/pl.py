"""Polish: jedna minuta, dwie minuty, pięć minut, dwanaście minut, dwadzieścia jeden minut, dwadzieścia dwie minuty.

One is feminine only by itself: at the end of a longer number it stays `jeden` and takes the genitive plural.
Two is feminine everywhere but in twelve.
"""

from __future__ import annotations

from callcontrol.routing.speech.grammar import Clips, Form, Grammar, feminine, number


def _form(n: int) -> Form:
    if n == 1:
        return Form.ONE
    return Form.FEW if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else Form.MANY


def _before_noun(n: int) -> Clips:
    clips = number(n)
    return feminine(clips) if n == 1 or clips[-1] == "number-2" else clips


GRAMMAR = Grammar(form=_form, before_noun=_before_noun, after_position=("position-end",))
