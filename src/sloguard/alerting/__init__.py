"""Alert decisions, and what is said of them. Pure."""
