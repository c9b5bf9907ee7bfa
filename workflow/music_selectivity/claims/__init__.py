"""Every claim of the paper that a study can test, and the rule that judges it."""
