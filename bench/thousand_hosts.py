"""How long a site of 1,000 hosts takes to plan and to render, as whole processes.

.venv/bin/python bench/thousand_hosts.py [HOSTS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from ipaddress import IPv4Network
from pathlib import Path

NINES = Path(sys.executable).with_name("nines")


def spec(count: int) -> str:
    """A site of ``count`` hosts: three controllers, a dashboard, the rest with a role that runs nothing."""
    addresses = (str(address) for address in IPv4Network("10.0.0.0/16").hosts())
    vip = next(addresses)
    lines = [
        "name: thousand",
        "networks: {mgmt: {cidr: 10.0.0.0/16}}",
        f"vips: {{controller: {{network: mgmt, address: {vip}}}}}",
        "services: [keystone, glance, horizon]",
        "hosts:",
    ]
    roles = ["bastion, dashboard, time", *["controller"] * 3]
    for number in range(count):
        role = roles[number] if number < len(roles) else "bastion"
        lines.append(f"  host{number}: {{roles: [{role}], mgmt: {next(addresses)}}}")
    return "\n".join(lines) + "\n"


def timed(*argv: str) -> float:
    """Seconds that a command took; its output goes to ours."""
    begun = time.monotonic()
    subprocess.run([str(NINES), *argv], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def main() -> None:
    """Print seconds for plan, render and both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.yaml"
        site.write_text(spec(count))
        plan = timed("plan", "--offline", str(site))
        render = timed("render", str(site), "-o", f"{folder}/out")
        files = sum(1 for path in Path(folder, "out").rglob("*") if path.is_file())
        both = plan + render
        print(f"{count} hosts, {files} files: plan {plan:.2f} s, render {render:.2f} s, both {both:.2f} s")


if __name__ == "__main__":
    main()
