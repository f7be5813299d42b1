"""What is wrong with a keepalived.conf, alone or beside those of the other hosts."""
