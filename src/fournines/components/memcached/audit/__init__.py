"""memcached, as the audit sees it."""
