"""Horizon, the dashboard, with TLS of its own on every dashboard host."""
