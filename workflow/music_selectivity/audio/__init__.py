"""A single sound: reading it, and computing its log-mel spectrogram."""
