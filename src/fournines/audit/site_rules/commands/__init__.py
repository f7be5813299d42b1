"""Rules about commands as such: what a page or a script has somebody type."""
