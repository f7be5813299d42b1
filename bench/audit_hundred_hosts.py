"""How long `nines audit` takes for 100 hosts with 1,000 files, and how much memory.

``python bench/audit_hundred_hosts.py`` writes such a site to a temporary folder, audits it in a process of
its own, three times, and prints the median of its processor seconds and MiB (target: 2.5 s, 150 MiB).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from fournines.audit import registry


def write_site(root: Path) -> int:
    """Fifty pairs, ten files a host; returns the number of files."""
    own = [f"10.0.{n // 200}.{n % 200 + 11}" for n in range(100)]
    rules = {rule.id: rule for rule in registry.rules()}
    pair = rules["KA016"].good["node1/keepalived.conf"]
    proxy = rules["HA029"].good["haproxy.cfg"]
    count = 0
    for number, address in enumerate(own):
        host = root / f"host{number:03}" / "etc"
        vrid = number // 2 + 1
        vrrp = pair.replace("virtual_router_id 51", f"virtual_router_id {vrid}")
        vrrp = vrrp.replace("10.0.0.20", f"10.9.{vrid}.20").replace("10.0.0.12", own[number ^ 1])
        oslo = (
            f"[DEFAULT]\nmy_ip = {address}\ntransport_url = rabbit://o:x@10.0.0.11:5672,o:x@10.0.0.12:5672/\n"
            "[database]\nconnection = mysql+pymysql://s:x@10.0.0.20/s\nmax_retries = -1\n"
        )
        files = {
            "keepalived/keepalived.conf": vrrp.replace("10.0.0.11", address),
            "haproxy/haproxy.cfg": proxy.replace("10.0.0.11", address),
            "hosts": "".join(f"{a} host{n:03}\n" for n, a in enumerate(own)),
            "sysctl.d/ha.conf": "net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.tcp_retries2 = 8\n",
            "chrony/chrony.conf": "pool pool.ntp.org iburst\ndriftfile /var/lib/chrony/drift\n",
            **{f"{name}/{name}.conf": oslo for name in ("nova", "glance", "neutron", "cinder", "heat")},
        }
        for name, text in files.items():
            path = host / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            count += 1
    return count


_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""An installed program is compiled once, not at each start."""


def _cpu() -> float:
    """Seconds of processor of all that was run so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        count = write_site(Path(folder))
        spent, said = [], ""
        for _ in range(3):
            before = _cpu()
            said = subprocess.run(
                [sys.executable, "-c", "from fournines.cli import main; main()", "audit", "--json", folder],
                capture_output=True,
                text=True,
                check=False,
                env=_INSTALLED,
            ).stdout
            spent.append(_cpu() - before)
        summary = json.loads(said)["summary"]
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{count} files, {len(summary['hosts'])} hosts: {median(spent):.1f} s CPU, {most:.0f} MiB")
        print(
            f"errors {summary['error']}, warnings {summary['warning']}, info {summary['info']}, unknown "
            f"{summary['unknown']}"
        )


if __name__ == "__main__":
    main()
