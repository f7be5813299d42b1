"""What the audit knows of sysctl."""
