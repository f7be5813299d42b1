"""What the audit knows of corosync."""
