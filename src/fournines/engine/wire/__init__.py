"""The wire: how a question reaches a host and its answer comes back."""
