"""Short my.cnf files for the examples of the rules."""

from __future__ import annotations

PEERS = ("10.0.0.11", "10.0.0.12", "10.0.0.13")


def galera(*more: str, number: int = 1, peers: tuple[str, ...] = PEERS, **settings: str) -> str:
    """A member's file; ``settings`` replace the usual ones (empty: left out), ``more`` are further lines."""
    usual = {
        "bind_address": f"10.0.0.1{number}",
        "binlog_format": "ROW",
        "default_storage_engine": "InnoDB",
        "innodb_autoinc_lock_mode": "2",
        "wsrep_on": "ON",
        "wsrep_provider": "/usr/lib/galera/libgalera_smm.so",
        "wsrep_cluster_name": "openstack",
        "wsrep_cluster_address": f"gcomm://{','.join(peers)}",
        "wsrep_node_address": f"10.0.0.1{number}",
        "wsrep_node_name": f"db{number}",
        "wsrep_sst_method": "rsync",
    }
    usual.update(settings)
    lines = [f"{name} = {value}" for name, value in usual.items() if value]
    return "\n".join(["[mysqld]", *lines, *more, ""])


def site(**files: str) -> dict[str, str]:
    """Three members, db1 to db3; a file given by its host's name replaces that host's."""
    texts = {f"db{n}": galera(number=n) for n in (1, 2, 3)}
    texts.update(files)
    return {f"{host}/galera.cnf": text for host, text in texts.items() if text}
