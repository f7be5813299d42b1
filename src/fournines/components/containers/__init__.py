"""Containers, as compose files, Kubernetes and ``docker run`` start them; fournines reads them only."""
