"""Swift: objects in several copies, each on a host of its own; any proxy reaches any of them.

Proxies are on the controllers, behind the VIP. Objects are kept by the controllers, the arbiter and hosts
with the role ``storage`` (``roles``): in a site of two controllers the third copy lies on the arbiter.
"""
