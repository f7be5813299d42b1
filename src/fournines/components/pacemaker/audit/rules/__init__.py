"""Rules about what Pacemaker is told."""
