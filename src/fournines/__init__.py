"""fournines: build, prove, audit and operate a highly available OpenStack control plane.

The rooms of this house and the one way imports run through them are described in ARCHITECTURE.md.
"""

__version__ = "0.1.0"
