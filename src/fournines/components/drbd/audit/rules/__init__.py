"""What can be said of DRBD by its own files."""
