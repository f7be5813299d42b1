"""Programs that run on the cluster's hosts."""
