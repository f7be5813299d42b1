"""DRBD: replicated block devices; read by the audit."""
