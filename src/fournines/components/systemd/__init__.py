"""systemd units: what starts with a host, and comes back."""
