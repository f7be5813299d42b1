"""Scenarios: steady state, a fault, its undo, and a verdict about what a client saw meanwhile."""
