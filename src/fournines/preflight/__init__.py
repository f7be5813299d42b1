"""Whether a deployment could begin: what the hosts are, seen before anything on them is changed."""
