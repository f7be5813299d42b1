"""Pacemaker: what it runs, where, in which order, and who fences whom; read by the audit."""
