"""Calls that go outside: one door for every leg to a number, whatever has it dialled.

Dialled by a phone, forwarded, member of a group or list, agent outside, callback: `legs.number_leg` makes the leg,
`checks.refusal` says why there is none, `trunks` which carriers can take it.
"""
