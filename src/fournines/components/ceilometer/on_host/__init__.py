"""Programs that run on the hosts: the standard library only, no import of fournines (see ``kit.program``)."""
