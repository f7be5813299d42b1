"""The file systems a host mounts at boot, as the audit sees them."""
