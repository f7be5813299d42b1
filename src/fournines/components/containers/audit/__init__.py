"""What the audit knows of containers: how they are started, and what of them outlives them."""
