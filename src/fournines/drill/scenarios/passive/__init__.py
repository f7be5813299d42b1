"""The scenarios of sites in which a cluster manager moves what runs on one host at a time."""
