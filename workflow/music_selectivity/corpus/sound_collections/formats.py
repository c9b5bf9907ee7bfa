"""What all clips of the collections have in common."""

RATE = 22_050
"""Hz."""

SECONDS = 5.0
"""Length of ESC-50's clips, and so of all."""
