"""What the audit knows of OVN."""
