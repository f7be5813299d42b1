"""Corosync, Pacemaker, DRBD and their fencing, across files and hosts."""
