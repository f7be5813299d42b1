"""Neutron: virtual networks, and routers that survive their host.

The server on every controller; on the hosts of networks (the controllers, where no host has that role) the
agents. Each router is ready on several hosts, which agree by VRRP who is active; a network has DHCP on two.
"""
