"""The scenarios of sites whose data moves with its program, on a volume that two hosts have a copy of."""
