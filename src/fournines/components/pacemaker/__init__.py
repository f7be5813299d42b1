"""Pacemaker: what runs where, and who is switched off before it is started elsewhere."""
