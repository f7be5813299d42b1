"""What the audit knows of drbd."""
