"""Time: chrony on every host, the time hosts serve the others."""
