"""From log-mels to unit responses: networks, their training, and linear features."""
