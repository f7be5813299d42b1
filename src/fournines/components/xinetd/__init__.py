"""xinetd, as the audit meets it: small services such as the health check of a Galera host."""
