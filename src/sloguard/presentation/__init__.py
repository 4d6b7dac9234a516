"""How values read: words and numbers for people, JSON for programs. Pure."""
