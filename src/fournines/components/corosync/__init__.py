"""Corosync: who is a member of the cluster, and whether those who hear each other are the majority."""
