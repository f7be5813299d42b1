"""keepalived: who holds the virtual addresses."""
