"""SLO arithmetic over counts: windows, budgets, burn rates, significance, health. Pure."""
