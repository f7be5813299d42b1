"""Clocks, kernels, certificates: what every host should have alike."""
