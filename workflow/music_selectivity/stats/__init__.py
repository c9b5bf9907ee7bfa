"""Statistics that know nothing of music: tests, resampling, models, similarity."""
