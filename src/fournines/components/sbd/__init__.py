"""SBD, as the audit meets it: a watchdog that switches off its own host, with or without a shared disk."""
