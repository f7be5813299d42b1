"""What the audit knows of SQL statements."""
