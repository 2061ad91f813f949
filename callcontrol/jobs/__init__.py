"""Floor 6: work on the past, beside the calls: what the switches wrote themselves is brought into the ledger."""
