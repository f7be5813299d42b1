"""Ceilometer on every controller: asks the services what there is, and has Gnocchi keep it.

The central agents of all hosts are one group and divide what is to be asked; the notification agents take
what they found from the brokers' queues, whichever is free. It has no API: Gnocchi's is where measures are
asked for.
"""
