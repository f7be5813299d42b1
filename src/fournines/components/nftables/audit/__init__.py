"""What the audit knows of nftables."""
