"""Which distribution all this is for."""

from __future__ import annotations

SUITE = "trixie"
"""Debian 13: the release whose packages are OpenStack 2025.1."""
