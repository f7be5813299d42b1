"""Nova: instances. APIs, scheduler, conductor and console proxy on every controller, each does any work.

Instances run on the hosts with the role compute, which reach the database through the conductors only. There
is one cell, beside the one that Nova keeps for instances that found no host.
"""
