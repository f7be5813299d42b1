"""One run as a picture: who owned the VIP, what each client saw, when the fault lasted."""
