"""What the audit knows of keepalived."""
