"""Kernel settings of a host."""
