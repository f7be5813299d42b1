"""Open vSwitch on the hosts of virtual networks: the switch itself, its way out, and the tunnels' ends."""
