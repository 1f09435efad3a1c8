"""Numbers that say how good generated items are: one metric, one file, pure functions."""
