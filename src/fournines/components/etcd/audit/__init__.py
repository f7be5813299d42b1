"""What the audit knows of etcd."""
