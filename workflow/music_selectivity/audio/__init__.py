"""One sound: reading it, and its log-mel spectrogram."""
