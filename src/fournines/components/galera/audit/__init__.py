"""What the audit knows of galera."""
