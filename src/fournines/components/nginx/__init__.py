"""nginx as the audit meets it: in front of the services, or on the address that moves."""
