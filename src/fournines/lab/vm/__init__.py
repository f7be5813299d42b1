"""Virtual machines for a lab: QEMU and a kernel from the archive, disks, the monitor, the guest's agent."""
