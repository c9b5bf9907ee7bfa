"""The sounds that networks hear: the clips, equal levels, quilts, natural sounds."""
