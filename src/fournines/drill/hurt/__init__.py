"""Hurting a site: who plays which part, what is done to them, and power over whole hosts."""
