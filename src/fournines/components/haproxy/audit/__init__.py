"""What the audit knows of haproxy."""
