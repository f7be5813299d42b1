"""Programs that galera's hosts run by themselves: standard library only (and PyMySQL, from Debian)."""
