"""Continuous clients, their ledgers, and the arithmetic of what they saw."""
