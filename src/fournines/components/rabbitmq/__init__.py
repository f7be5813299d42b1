"""RabbitMQ on every host that votes: quorum queues on three brokers, clients connect to any of them."""
