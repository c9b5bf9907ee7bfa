"""The clips: where they come from, which of them are used, and which are music."""
