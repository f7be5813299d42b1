"""What the audit knows of RabbitMQ."""
