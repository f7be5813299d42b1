"""Asking hosts: what they have, what checks want to know, and whether their packages are as expected."""
