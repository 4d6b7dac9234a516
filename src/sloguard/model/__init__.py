"""What was declared, measured, computed and decided: frozen values that every other part shares."""
