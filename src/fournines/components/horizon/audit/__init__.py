"""Horizon, as the audit sees it."""
