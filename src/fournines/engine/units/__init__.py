"""Units: what to do with each, one host at a time where that matters, and why one does not come up."""
