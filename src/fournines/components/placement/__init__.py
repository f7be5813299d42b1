"""Placement on every controller: who has how much of what, for those who decide where instances run."""
