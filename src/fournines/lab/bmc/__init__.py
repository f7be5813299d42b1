"""The lab's management board: Redfish over HTTPS, so that an unmodified fence agent fences lab hosts.

One board serves all hosts of a lab, at the lab's own address in the cluster network. It has power of its own:
it answers for a host that is off, frozen or cut off, as the board in a real machine does. ``redfish`` decides
(a request becomes an answer and perhaps a deed, pure), ``server`` listens and carries deeds out by the lab's
own power, ``board`` starts it, and keeps what a client needs to log in.
"""
