"""From log-mels to unit responses: networks and their training, and linear features."""
