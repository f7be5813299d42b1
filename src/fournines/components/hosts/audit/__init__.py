"""What the audit knows of hosts."""
