"""The program that works on a host: standard library only, sent through ssh's standard input.

Its modules are ordinary modules here (tested here, against temporary roots) and travel as text with
each request, so there is nothing to install on a host and no version to keep in step. A host needs
Python 3.10 or newer: Debian 12 and 13 have it.

Being killed anywhere is part of the design: every change is one atomic rename, whatever is staged is
thrown away by the next run, and nothing is remembered that is not true yet.
"""
