"""What every OpenStack service shares: one way to be configured, read here for all of them."""
