"""What the audit knows of nginx."""
