"""What is taken for granted of the client's package."""

from __future__ import annotations

from fournines.kit.relies import Relied, has

RELIES = (Relied("python3-openstackclient", "7.4.0", "7.4.0", (has("/usr/bin/openstack"),)),)
