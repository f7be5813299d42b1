"""Rules that name two components, or a site as a whole."""
