"""A study as a whole: its config, what its jobs ask for, and what made its results."""
