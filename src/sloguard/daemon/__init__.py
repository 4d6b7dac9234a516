"""The daemon: evaluates, decides, delivers; what runs when, and what happens when something fails."""
