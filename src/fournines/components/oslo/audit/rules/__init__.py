"""What the audit knows of OpenStack services from their own files."""
