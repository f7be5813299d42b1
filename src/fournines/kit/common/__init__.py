"""What several components say alike: units, health pages, files with secrets, VIPs, management boards."""
