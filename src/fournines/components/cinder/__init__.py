"""Cinder on every controller: volumes, managed by whichever host is alive.

The volume services of all hosts are one cluster: a request about a volume is taken by any of them, and
locks in the coordination service keep two from working on the same volume. That wants a driver which Cinder
allows to run like this (``SUPPORTS_ACTIVE_ACTIVE``: RBD and several arrays; neither LVM nor plain NFS), and
whose storage every controller reaches. The driver, its settings and its packages are the site's; of drivers
only the one that keeps nothing was run here.
"""
