"""Which drills there are for a site: what can run there and why the rest cannot, and what names stand for."""
