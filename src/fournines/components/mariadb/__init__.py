"""One MariaDB whose data moves with it, for sites where the database is active on one host at a time."""
