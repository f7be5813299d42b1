"""Verdicts, status and drills for people and programs: the terminal, JSON, one self-contained HTML file."""
