"""OVN as the audit meets it: its two databases, and who asks them."""
