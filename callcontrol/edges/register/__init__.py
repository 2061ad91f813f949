"""The register: every place where a number or a voice can lie, with its owner, its period, its finder and its eraser.

`tables.py` has each column of the ledger, `stores.py` each key of Redis and each folder. Retention, `callcontrol erase`
and `callcontrol disclose` go by it; a test compares it with the catalogue of a new database and with
`live_state/keys.py`.
"""
