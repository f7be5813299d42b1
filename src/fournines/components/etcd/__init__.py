"""etcd on every host that votes: locks and groups for services that share work among their hosts.

Chosen among tooz's backends for what it does when a host dies: a majority goes on within seconds and
forgets nothing, a minority refuses, and a dead holder's lock ends with its lease. Memcached forgets locks
with a host, locks in MariaDB (``GET_LOCK``) are not replicated and vanish when the writer moves, Redis and
Valkey need a second cluster of sentinels and lose what was not copied yet.

Each service asks the member of its own host. Known limits: where that one is dead for good, the services of
that host get no locks until it is back. A member whose disk was replaced is refused by the others ("has
already been bootstrapped") until it is removed and added again (``etcdctl member``).
"""
