"""What every verb needs: opening a site, saying what went wrong, saying what will be touched."""
