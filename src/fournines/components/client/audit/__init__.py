"""What the audit knows of client."""
