"""What the audit knows of xinetd."""
