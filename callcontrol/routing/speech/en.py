"""English: one minute, everything else minutes; American numbers ("one hundred twelve", without "and")."""

from __future__ import annotations

from callcontrol.routing.speech.grammar import Form, Grammar, number


def _form(n: int) -> Form:
    return Form.ONE if n == 1 else Form.MANY


GRAMMAR = Grammar(form=_form, before_noun=number, after_position=("position-end",))
