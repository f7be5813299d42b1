"""What the audit knows of Keystone beyond its oslo.config file."""
