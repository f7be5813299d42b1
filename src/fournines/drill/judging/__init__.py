"""Judging a run: the invariants, who was slow, who owned the VIP, what a host did that was alone."""
