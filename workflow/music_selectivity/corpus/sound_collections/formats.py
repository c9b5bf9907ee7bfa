"""The audio format of all clips of the collections."""

RATE = 22_050
"""Sample rate, Hz."""

SECONDS = 5.0
"""Length of ESC-50's clips, and therefore of all clips."""
