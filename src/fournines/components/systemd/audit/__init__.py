"""What the audit knows of systemd."""
