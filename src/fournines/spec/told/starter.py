"""The commented site file that ``nines init`` writes."""

STARTER = """\
# yaml-language-server: $schema=./site.schema.json
# A site: everything fournines builds, proves and operates. docs/site-file.md has every key and every option;
# `nines schema > site.schema.json` lets an editor complete and check them.
name: mysite                        # also the name of the lab and of the clusters
release: epoxy                      # OpenStack 2025.1, as packaged by Debian 13

networks:                           # every host has an address in the cluster network
  mgmt:     {cidr: 10.0.0.0/24, purpose: cluster}
  external: {cidr: 192.168.1.0/24}

vips:                               # addresses that move to a living controller; clients use the name
  controller: {network: mgmt, address: 10.0.0.20}
  # cloud:    {network: external, address: 192.168.1.20, serves: [public]}    # with every controller on it

# Roles: controller (the control plane), dashboard (Horizon), bastion (jump host), time (chrony server),
# arbiter (a third vote without data). Controllers and arbiters vote: their number must be odd.
hosts:
  dashboard:   {roles: [bastion, dashboard, time, arbiter], mgmt: 10.0.0.10, external: 192.168.1.10}
  controller1: {roles: [controller], mgmt: 10.0.0.11}
  controller2: {roles: [controller], mgmt: 10.0.0.12}
# Interfaces are found on the hosts by these addresses. Where another is meant:
#   controller2: {roles: [controller], mgmt: {address: 10.0.0.12, interface: bond0}}

ssh:
  user: root                        # root, or a login that may run everything with sudo without a password
  through: dashboard                # the jump host; leave it out if every host can be reached directly

services: [keystone, glance, horizon]

# lab: true                         # the hosts are a lab's (nines lab up); never try the addresses elsewhere

# secrets:                          # who can open the generated secrets; otherwise a key file beside this
#   recipients: [~/.ssh/id_ed25519.pub]

# components:                       # small by default, complete by override
#   memcached: {memory_mb: 256}
#   rabbitmq: {}                    # a message broker, though no service here sends messages
"""
