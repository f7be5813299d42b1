"""Memcached on every controller: the token cache that all API services share."""
