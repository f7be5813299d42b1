"""Programs that run on the hosts: no import of fournines (see ``kit.program``)."""
