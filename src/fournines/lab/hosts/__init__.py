"""Hosts of a lab: one interface (``host``), two kinds (``container``, ``vm``) (``kinds``)."""
