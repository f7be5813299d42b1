"""DRBD: a copy of a volume on each of two hosts, of which one at a time has the use."""
