"""What the audit knows of chrony."""
