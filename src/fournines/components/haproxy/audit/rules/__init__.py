"""What is wrong with a haproxy.cfg, alone or beside those of the other hosts."""
