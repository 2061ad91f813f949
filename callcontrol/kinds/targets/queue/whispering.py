"""What an agent hears before being joined: which queue, what the call is about, from which menu the caller comes and in
which language it was heard, how long the caller has waited.
"""

from __future__ import annotations

from callcontrol.config.settings import Queue, Tenant
from callcontrol.control.call import Call
from callcontrol.kinds.targets.queue.waiting_caller import WaitingCaller
from callcontrol.routing.demand import label_whispered
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import to_agent
from callcontrol.routing.speech import Files, Phrase, from_menu, phrase, waited
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.target import text_of


def of_caller(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> Files:
    """To the agent who has a waiting caller."""
    language = to_agent(queue, facts.tenant)
    name = queue.whisper_name.files(language) if queue.whisper_name else ()
    about = _about(call, came_from(waiting), language, facts.tenant)
    return (*name, *about, *waited(language, (facts.now - waiting.joined) // SECOND_US))


def of_customer(call: Call, menu: str, queue: Queue | None, facts: Facts) -> Files:
    """To the agent of a callback, while the customer is called; `menu` as of CallerContext."""
    language = to_agent(queue, facts.tenant)
    return (*phrase(language, Phrase.CALLING_BACK), *_about(call, menu, language, facts.tenant))


def came_from(waiting: WaitingCaller) -> str:
    """The menu from which the caller came to the queue, as a target text; "" if from none."""
    asked = waiting.step.path.asked
    return text_of(asked[-1]) if asked else ""


def _about(call: Call, menu: str, language: Language, tenant: Tenant) -> Files:
    """What the call is about; and which language the caller heard in the menu, where a tenant speaks several."""
    came = from_menu(language, call.language or tenant.language) if menu and len(tenant.spoken) > 1 else ()
    return (*label_whispered(call.demand, tenant, language), *came)
