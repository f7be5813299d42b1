"""What the audit knows of Galera."""
