"""The file systems a host mounts at boot."""
