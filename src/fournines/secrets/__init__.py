"""The site's secrets: generated once, kept encrypted, never shown."""
