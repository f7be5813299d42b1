"""What the audit knows of SBD."""
