"""Floor 6: work on the past, beside the calls: the switches' own records complete the ledger."""
