"""The clips: where they come from, which are used, and which are music."""
