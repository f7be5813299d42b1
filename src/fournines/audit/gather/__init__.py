"""From folders, tarballs and living hosts to texts: what kind each is, and of which host and site."""
