"""What the audit knows of rabbitmq."""
