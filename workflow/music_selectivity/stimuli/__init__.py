"""The sounds that networks hear: clips, equal levels, quilts, and natural sounds."""
