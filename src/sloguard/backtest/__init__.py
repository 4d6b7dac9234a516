"""What a policy would have told people in the past: the daemon's decisions, taken again over the ledger. Pure."""
