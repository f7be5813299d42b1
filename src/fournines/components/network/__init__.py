"""What the audit knows of a host's network configuration; fournines deploys none."""
