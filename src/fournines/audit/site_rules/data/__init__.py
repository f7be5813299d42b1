"""The database and the brokers, across files and hosts."""
