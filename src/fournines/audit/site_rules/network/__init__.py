"""Addresses, names and ports across hosts."""
