"""Logs: every declared program's messages in a file of their own, rotated."""
