"""HAProxy: every API behind one address."""
