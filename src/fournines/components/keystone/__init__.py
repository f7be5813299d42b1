"""Keystone on every controller: identity, tokens, and the catalogue that all declared services stand in."""
