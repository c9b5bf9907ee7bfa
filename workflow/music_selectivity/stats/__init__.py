"""Statistics that know nothing of music: tests, bootstrap, mixed-effects models."""
