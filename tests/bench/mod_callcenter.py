"""FreeSWITCH's own queues, set up like ours: the same agents, music, strategy; no wrap-up, no rest after a miss."""

from __future__ import annotations

from pathlib import Path

from tests.bench.call_centre import DOMAIN, QUEUE, accounts
from tests.freeswitch.switch import EventSocket

DIALLED = "callcenter"
MODULE = "mod_callcenter"
NAME = f"{QUEUE}@{DOMAIN}"

_EXTENSION = f"""
    <extension name="{MODULE}">
      <condition field="destination_number" expression="^{DIALLED}$">
        <action application="answer"/>
        <action application="callcenter" data="{NAME}"/>
      </condition>
    </extension>"""

_CONFIGURATION = """<configuration name="callcenter.conf">
  <settings/>
  <queues>
    <queue name="{name}">
      <param name="strategy" value="longest-idle-agent"/>
      <param name="moh-sound" value="{music}"/>
      <param name="time-base-score" value="system"/>
      <param name="max-wait-time" value="0"/>
      <param name="max-wait-time-with-no-agent" value="0"/>
      <param name="tier-rules-apply" value="false"/>
      <param name="abandoned-resume-allowed" value="false"/>
    </queue>
  </queues>
  <agents>
{agents}
  </agents>
  <tiers>
{tiers}
  </tiers>
</configuration>
"""

_AGENT = (
    '    <agent name="{name}" type="callback" contact="[leg_timeout=20]sofia/internal/{name}%{domain}" '
    'status="Available" max-no-answer="0" wrap-up-time="0" reject-delay-time="0" busy-delay-time="0" '
    'no-answer-delay-time="0"/>'
)
_TIER = '    <tier agent="{name}" queue="{queue}" level="1" position="{position}"/>'


def configure(conf: Path, agents: int, music: str) -> None:
    """Write it into a FreeSWITCH's folder; the module is there when `load` was called."""
    names = accounts(agents)
    text = _CONFIGURATION.format(
        name=NAME,
        music=music,
        agents="\n".join(_AGENT.format(name=name, domain=DOMAIN) for name in names),
        tiers="\n".join(_TIER.format(name=n, queue=NAME, position=i) for i, n in enumerate(names, 1)),
    )
    (conf / "autoload_configs" / "callcenter.conf.xml").write_text(text, encoding="utf-8")
    dialplan = conf / "dialplan" / "public.xml"
    context = '<context name="public">'
    dialplan.write_text(dialplan.read_text(encoding="utf-8").replace(context, context + _EXTENSION), encoding="utf-8")


def load(events: EventSocket, agents: int) -> None:
    """From now on the module runs, with all its agents waiting.

    Raises:
        LookupError: it does not have all of them.
    """
    answer = events.api(f"load {MODULE}")
    there = events.api("callcenter_config agent list")
    missing = [name for name in accounts(agents) if f"\n{name}|" not in there]
    if missing:
        raise LookupError(f"{MODULE} lacks {len(missing)} of {agents} agents: {answer.strip()}")
