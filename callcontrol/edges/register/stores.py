"""The register's keys of Redis, and its files."""

from __future__ import annotations

from typing import Final

from callcontrol.edges.register.places import Eraser, FilePlace, Holds, KeyPlace

_WORKERS: Final = "the workers"
_TENANT: Final = "the tenant"
_WITH_CALL: Final = "with the call"
_TRACES: Final = "live_state/number_traces.py"
_NO_NUMBER: Final = "no number is in it"


def _plain(made_by: str, ends: str) -> KeyPlace:
    return KeyPlace(made_by, _WORKERS, Holds.NOTHING, ends, Eraser.NONE)


KEYS: Final = (
    KeyPlace("rules", _TENANT, Holds.NUMBER, "when the rule is changed", Eraser.DELETED, _TRACES),
    KeyPlace("overrides", _TENANT, Holds.NUMBER, "when it is over or taken back", Eraser.DELETED, _TRACES),
    KeyPlace("language", _TENANT, Holds.NUMBER, "`remember_language` days later", Eraser.DELETED, _TRACES),
    KeyPlace("box", _TENANT, Holds.NUMBER, "with each message's file", Eraser.DELETED, _TRACES),
    KeyPlace("numbers_called", _TENANT, Holds.NUMBER, "an hour later", Eraser.DELETED, _TRACES),
    KeyPlace("ringing_outside", _TENANT, Holds.NUMBER, "three minutes later", Eraser.ENDS, "live_state/rounds.py"),
    KeyPlace("call_backs", _WORKERS, Holds.NUMBER, "when the call back is awaited no more", Eraser.DELETED, _TRACES),
    KeyPlace("callbacks", _TENANT, Holds.NUMBER, "when the customer was called back", Eraser.DELETED, _TRACES),
    KeyPlace("kept_of_caller", _TENANT, Holds.NUMBER, "a day later", Eraser.DELETED, _TRACES),
    KeyPlace("agent", _TENANT, Holds.NUMBER, "with the agent's next conversation", Eraser.DELETED, _TRACES),
    KeyPlace("calls", _WORKERS, Holds.NUMBER, _WITH_CALL, Eraser.ENDS, _TRACES),
    KeyPlace("parked", _WORKERS, Holds.NUMBER, _WITH_CALL, Eraser.ENDS, _TRACES),
    KeyPlace("rooms", _WORKERS, Holds.NUMBER, _WITH_CALL, Eraser.ENDS, _TRACES),
    # Tickets of waiting callers (`ticket:ID`) among them; what a callback keeps goes with it.
    KeyPlace("queues", _WORKERS, Holds.NUMBER, _WITH_CALL, Eraser.ENDS, _TRACES),
    KeyPlace("ticket", _WORKERS, Holds.NUMBER, _WITH_CALL, Eraser.ENDS, _TRACES),
    _plain("offer", _WITH_CALL),
    KeyPlace("trunk_of", _WORKERS, Holds.NOTHING, _WITH_CALL, Eraser.NONE, _NO_NUMBER),
    KeyPlace("supervision_reason", _TENANT, Holds.WORDS, "minutes later", Eraser.ENDS, "live_state/supervision.py"),
    _plain("supervision_answer", "a minute later"),
    _plain("eavesdrop_ordered", "seconds later"),
    _plain("eavesdrop_seen", "seconds later"),
    KeyPlace("web_answer", _TENANT, Holds.NUMBER, "a day later", Eraser.ENDS, "live_state/web_answers.py"),
    _plain("owners", _WITH_CALL),
    _plain("over", "seconds later"),
    _plain("picked_up", "seconds later"),
    _plain("on_call", _WITH_CALL),
    _plain("busy_legs", _WITH_CALL),
    _plain("lamp_watches", "with the phone's subscription"),
    _plain("boxes", "with the box"),
    _plain("boxes_made", "with the boxes"),
    _plain("credit", "with the account"),
    _plain("limits", "an hour later"),
    _plain("counters_of_numbers", "an hour later"),
    _plain("click_to_call", "ten minutes later"),
    _plain("sounds_wanted", "minutes later"),
    _plain("sound_brought", "minutes later"),
    _plain("requests", "minutes later: of network addresses"),
    _plain("worker", "with the worker"),
    _plain("workers", "with the worker"),
    _plain("heard", "with the worker"),
    _plain("tenants", "never"),
    _plain("trunk_legs", _WITH_CALL),
    _plain("trunk_starts", "a second later"),
    _plain("trunk_rests", "minutes later"),
    _plain("trunk_ends", "an hour later"),
    _plain("restrictions", "when the restriction ends"),
    _plain("everyone", "a channel, which keeps nothing"),
    _plain("running_costs", _WITH_CALL),
    _plain("post", "seconds later"),
    _plain("agents", "with the agent"),
    _plain("correction", "never"),
    _plain("inbox", "a channel, which keeps nothing"),
)
# Functions of keys.py that name no key.
NO_KEYS: Final = ("tenant_of",)

FILES: Final = (
    FilePlace(
        "records under way",
        "spools below `data:`",
        "the worker",
        Holds.NUMBER,
        "10 minutes after the ledger has them",
        Eraser.ENDS,
        "jobs/erasing/files.py",
    ),
    FilePlace(
        "records that were refused",
        "rejected.jsonl below `data:`",
        "the operator",
        Holds.NUMBER,
        "when a person has offered them again or taken them away",
        Eraser.PSEUDONYM,
        "jobs/erasing/files.py",
    ),
    FilePlace(
        "the switch's own records of legs",
        "`cdrs:` of a switch, with done/ and doubtful/",
        "the operator",
        Holds.NUMBER,
        "`retention.calls` days after they are done; doubtful ones when a person takes them away",
        Eraser.PSEUDONYM,
        "jobs/erasing/files.py",
    ),
    FilePlace(
        "sound files on a switch",
        "`recordings:`",
        "the media job",
        Holds.VOICE,
        "when they are in storage, and at `media.*.keep_days`",
        Eraser.FILE,
        "edges/ledger/deletions.py",
    ),
    FilePlace(
        "sound files in storage",
        "`media.storage:`, `media.s3:`",
        "the tenant",
        Holds.VOICE,
        "`media.*.keep_days`",
        Eraser.FILE,
        "edges/ledger/deletions.py",
    ),
    FilePlace(
        "exports",
        "where `exports:` delivers them",
        "who receives them",
        Holds.NUMBER,
        "the receiver's",
        Eraser.TOLD,
        "export_batches",
    ),
    FilePlace(
        "archives of months",
        "`retention.archive.folder`",
        "the operator",
        Holds.NUMBER,
        "the operator's",
        Eraser.PSEUDONYM,
        "jobs/erasing/archives.py",
    ),
    FilePlace("mails that were sent", "the mail server", "who receives them", Holds.NUMBER, "theirs", Eraser.TOLD),
    FilePlace(
        "logs",
        "the service manager's journal; `mask_numbers: yes` hides the last digits",
        "the operator",
        Holds.NUMBER,
        "the journal's (`MaxRetentionSec` of journald)",
        Eraser.TOLD,
    ),
    FilePlace(
        "backups",
        "wherever Postgres, Redis and folders are copied to",
        "the operator",
        Holds.NUMBER,
        "the backup's: repeat the erasure after a restore",
        Eraser.TOLD,
    ),
)
