"""Corosync: membership, votes and quorum; read by the audit."""
