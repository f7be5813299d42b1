"""Rules about what a load balancer says of the hosts behind it."""
