"""Rules about OpenStack services that name other hosts, or one another."""
