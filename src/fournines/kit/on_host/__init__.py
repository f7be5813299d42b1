"""Programs of the kit that run on the hosts (see ``kit.program``)."""
