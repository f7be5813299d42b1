"""Package lists of hosts, as dpkg and rpm print them."""
