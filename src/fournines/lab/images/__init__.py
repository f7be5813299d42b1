"""Host images: Debian trees with a site's packages, where those come from, and asking them."""
