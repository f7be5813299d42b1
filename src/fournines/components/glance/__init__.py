"""Glance on every controller: images, in the site's object store or as files of one of them (``store``).

In the object store an image outlives any controller, and any Glance hands it out. Known limit of files: the
bits of an image lie on the one controller that took them, and are lost with it. The balancer sends all
requests about an image to the same host, by the hash of its id, so that any client can get what any client
has put, as long as that host lives. While it is away, the image is listed but its data answers 204, and what
is uploaded then may be out of reach once it is back. Moved by Pacemaker (``mode: active-passive``) Glance
leaves files behind: without objects it is better off on every controller.
"""
