"""The Apache web server, as the audit meets it: what it listens on, and which WSGI applications it runs."""
