"""What most components say alike: checks and faults of any unit, the health of any HTTP API."""
