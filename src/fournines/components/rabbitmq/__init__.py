"""RabbitMQ on every host that votes: quorum queues on three brokers, clients connect to any of them.

Or, in an active-passive site that says so, one broker with its data on a volume that moves with it.
"""
