"""What the audit knows of oslo."""
