"""What must fit together across settings: one small function for each rule, Settings -> Problems.

Each is told with file and line by `places.problem_at`. A new check is one function here and one line below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from callcontrol.config.checks import (
    agents,
    bundles,
    carriers,
    chains,
    choices,
    credit,
    emergency,
    hours,
    languages,
    mail,
    media,
    numbers,
    outgoing,
    outgoing_limits,
    payer_limits,
    queues,
    recording,
    rules,
    shared,
    switches,
    targets,
    tariffs,
    texts,
    ways_out,
)
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.ways import AllKinds

CHECKS: tuple[Callable[[Settings], Iterable[Problem]], ...] = (
    targets.numbers_that_are_blocked,
    targets.numbers_of_our_own,
    targets.numbers_without_a_trunk,
    rules.windows_without_time,
    rules.rules_under_unknown_hours,
    rules.rules_never_reached,
    rules.rules_to_themselves,
    numbers.numbers_claimed_twice,
    numbers.shown_numbers_not_owned,
    hours.days_written_twice,
    carriers.rules_of_trunks_not_used,
    carriers.rules_of_queues_that_do_not_exist,
    emergency.extensions_named_like_emergency_numbers,
    emergency.emergency_numbers_as_targets,
    emergency.emergency_calls_that_cannot_leave,
    emergency.locations_that_do_not_exist,
    emergency.told_who_cannot_be_rung,
    shared.domains_used_twice,
    shared.accounts_used_twice,
    shared.unknown_trunks,
    bundles.bundles_by_halves,
    bundles.discounts_out_of_order,
    bundles.bundles_of_unknown_extensions,
    tariffs.unknown_tariffs,
    tariffs.tariffs_of_unknown_extensions,
    shared.prefixes_written_twice,
    shared.gateways_used_twice,
    shared.trunks_that_cannot_register,
    shared.addresses_used_twice,
    shared.records_read_twice,
    mail.mails_without_a_sender,
    mail.mails_in_the_clear,
    mail.bounces_from_elsewhere,
    mail.signatures_of_other_domains,
    shared.media_folders_of_no_switch,
    shared.media_kept_where_the_switch_records,
    mail.transcriptions_by_no_program,
    texts.prompts_missing_a_language,
    texts.voices_without_an_engine,
    texts.engines_without_a_voice,
    switches.switches_out_of_reach,
    switches.places_used_twice,
    agents.agents_without_one_place,
    agents.agents_at_unknown_extensions,
    agents.agents_at_the_same_place,
    agents.switches_without_effect,
    agents.pauses_named_like_ours,
    queues.seats_without_an_agent,
    queues.agents_seated_twice,
    queues.overflows_by_halves,
    queues.callbacks_never_made,
    queues.closings_without_effect,
    queues.hours_that_do_not_exist,
    queues.demands_of_nobody,
    queues.dialled_numbers_not_owned,
    queues.demands_never_asked,
    queues.demands_nobody_meets,
    queues.stages_out_of_order,
    queues.waits_longer_than_anybody_waits,
    languages.languages_of_no_caller,
    languages.languages_not_spoken,
    languages.languages_of_numbers_not_owned,
    languages.languages_never_chosen,
    languages.languages_remembered_in_vain,
    choices.languages_of_keys_not_spoken,
    choices.unknown_labels,
    choices.skills_of_keys_no_agent_has,
    choices.too_many_combinations,
    choices.too_many_lanes,
    media.keys_that_are_not_there,
    media.keys_written_twice,
    media.roles_of_nobody,
    media.roles_held_twice,
    recording.recordings_of_unknown_parties,
    recording.recordings_never_made,
    recording.recording_keys_in_vain,
    outgoing.prefixes_of_unknown_trunks,
    outgoing.extensions_behind_emergency_numbers,
    outgoing.prefixes_needed_in_vain,
    outgoing.rights_and_blocks_under_unknown_hours,
    outgoing.blocks_of_nothing,
    outgoing_limits.limits_of_nothing,
    outgoing_limits.limits_never_counted,
    outgoing_limits.talks_longer_than_talks,
    payer_limits.caps_of_nothing,
    payer_limits.caps_never_reached,
    credit.credit_limits_in_vain,
    credit.credit_settings_without_accounts,
    credit.credit_warnings_in_vain,
)

# Those that look along the ways of targets, whatever kinds there are.
CHECKS_OF_TARGETS: tuple[Callable[[Settings, AllKinds], Iterable[Problem]], ...] = (
    targets.targets_that_lead_nowhere,
    targets.members_that_cannot_ring,
    chains.loops,
    chains.loops_over_tenants,
    chains.chains_too_long,
    chains.last_resorts_that_forward,
    ways_out.choices_closed_for_ever,
)


def problems_in(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """What does not fit together, in any order."""
    for check in (*CHECKS, *(check for kind in kinds for check in kind.checks)):
        yield from check(settings)
    for check_targets in CHECKS_OF_TARGETS:
        yield from check_targets(settings, kinds)
