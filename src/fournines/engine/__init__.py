"""Carrying a plan out: one look at the hosts, what differs changed, each phase ended by its checks.

``run`` goes through the phases, ``phase`` through one of them; ``difference`` compares what is there with
what is ``desired``. ``wire`` reaches hosts, where ``agent`` answers; ``asking`` asks them, ``units`` starts
and rolls. A run that was killed anywhere can be run again (docs/engine.md).
"""
