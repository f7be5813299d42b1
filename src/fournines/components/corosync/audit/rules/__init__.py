"""Rules about corosync.conf."""
