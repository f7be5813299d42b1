"""Horizon for mod_wsgi, ready before it answers. Runs on a host, with Horizon's own modules.

Django looks for its pages at the first request, which is more than a second of work in each process: whoever
comes first after a start would wait for it.
"""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "openstack_dashboard.settings"
sys.stdout = sys.stderr  # what is printed belongs in Apache's log

from django.core.wsgi import get_wsgi_application  # type: ignore[import-not-found]  # noqa: E402
from django.urls import reverse  # type: ignore[import-not-found]  # noqa: E402

application = get_wsgi_application()
reverse("login")
