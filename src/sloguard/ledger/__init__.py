"""The ledger: how many good and bad events each slice of time had, counted live and replayed from the past."""
