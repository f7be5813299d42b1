"""What the audit knows of tls."""
