"""What the audit knows of apache."""
