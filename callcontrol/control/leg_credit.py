"""The credit of a leg, as its call knows it. Saved with the call, so that any worker can go on reserving."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.moment import SECOND_US, Instant


@dataclass(frozen=True, slots=True)
class LegCredit:
    """What is reserved for a leg. Times of talk are seconds from the leg's answer.

    Attributes:
        account: the name of the account that pays.
        payer: who has the leg dialled, as of the leg.
        number: the number that is priced.
        limit_s: the longest conversation, whatever credit there is.
        ring_s: how long it may ring, the time to press a key included.
        accept_s: the time to press a key after the answer; 0: no key is asked for.
        answered: by the switch's clock; None: not yet, as far as is known.
        is_exact: `answered` is the switch's word; else it was then at the earliest.
        talk_s: the switch ends the leg after so long.
        reserved_s: so long is paid for by what is reserved.
        ends_s: so long lasts the credit, if nothing changes; `limit_s`: no end is in sight.
        moves: how often the switch was told another end.
        warned_s, warned_until: the last warning, and the end it told of.
        is_over: the leg has ended, or is not dialled.
        direction: the class of the number, as it was dialled; "": it is not known.
        bundled: what is reserved for it of bundles: `national 60 0;extras 1.5`, of each of the bundle's months
            (seconds, calls or money); "": nothing was asked for.
    """

    leg: str
    account: str
    payer: str
    number: str
    limit_s: int
    ring_s: int
    accept_s: int = 0
    answered: Instant | None = None
    is_exact: bool = False
    talk_s: int = 0
    reserved_s: int = 0
    ends_s: int = 0
    moves: int = 0
    warned_s: int | None = None
    warned_until: Instant | None = None
    is_over: bool = False
    direction: str = ""
    bundled: str = ""

    @property
    def ends_at_s(self) -> int | None:
        """The second since the epoch in which the switch ends the leg; None while it rings."""
        return None if self.answered is None else (self.answered + self.talk_s * SECOND_US) // SECOND_US

    @property
    def credit_ends(self) -> Instant | None:
        """When the credit ends, as the switch counts (whole seconds); None: no end is in sight, or the leg rings."""
        if self.answered is None or self.ends_s >= self.limit_s:
            return None
        return Instant((self.answered + self.ends_s * SECOND_US) // SECOND_US * SECOND_US)
