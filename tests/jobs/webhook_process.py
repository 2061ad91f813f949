"""A process that sends webhooks until it is killed: `python -m tests.jobs.webhook_process DSN`."""

from callcontrol.edges.greenlets import patch_all

patch_all()

import random  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402

from callcontrol.config.settings import Settings  # noqa: E402
from callcontrol.config.web_settings import Web  # noqa: E402
from callcontrol.config.webhook_settings import Webhooks as Rules  # noqa: E402
from callcontrol.edges import clock  # noqa: E402
from callcontrol.jobs.webhook_sending import WebhookSender  # noqa: E402
from tests.config.example import example  # noqa: E402

ANSWER_S = 2


def settings() -> Settings:
    """The example's, with web servers of this host allowed."""
    rules = Rules(inner_networks=("127.0.0.0/8",), plain_http=True, answer_s=ANSWER_S)
    return example().model_copy(update={"webhooks": rules, "web": Web(keys=("k" * 32,))})


def main(dsn: str) -> None:
    """Send whatever is due."""
    told = settings()
    sender = WebhookSender(dsn, clock.new_id(), lambda: told, clock.now, random.random)
    while True:
        sender.step()
        gevent.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
