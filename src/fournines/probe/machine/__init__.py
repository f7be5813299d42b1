"""The machine under clients and hosts: its pressure, its stalls, and who goes first on it."""
