"""What the audit knows of packages."""
