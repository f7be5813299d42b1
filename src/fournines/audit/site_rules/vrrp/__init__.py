"""One virtual address, several hosts: what VRRP's files say together."""
