"""The firewall: nothing comes in but what the site's components declared."""
