"""What the audit knows of pacemaker."""
