"""TLS: the site's own authority, and the certificate that its VIPs show."""
