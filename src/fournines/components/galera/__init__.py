"""MariaDB with Galera on every controller, and an arbiter where the controllers are an even number."""
