"""nginx in front of services: what hurts at a failover, and what looks like it and does not."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.nginx.audit.facts import seconds

RULES = [rule for rule in registry.rules() if rule.id.startswith("NG")]
PAIR = "upstream api { server 10.0.0.11:80; server 10.0.0.12:80; }\n"
SITE = "server { listen 80; location / { proxy_pass http://api; } }\n"


def found(files: dict[str, str]) -> dict[str, list[int]]:
    report = audit([File(path, text) for path, text in files.items()], rules=RULES, strict=True)
    lines: dict[str, list[int]] = {}
    for finding in report.findings:
        lines.setdefault(finding.rule, []).append(finding.at.line)
    return lines


def http(text: str, more: str = "") -> str:
    return f"events {{ }}\nhttp {{\n{more}{text}}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [("60", 60.0), ("1m 30s", 90.0), ("1m30s", 90.0), ("500ms", 0.5), ("soon", None), ("$t", None)],
)
def test_times(text: str, said: float | None) -> None:
    assert seconds(text) == said


class TestWaits:
    def test_nothing_is_said(self) -> None:
        assert found({"nginx.conf": http(PAIR + SITE)}) == {"NG001": [4]}

    def test_a_long_time_is_pointed_at(self) -> None:
        assert found({"nginx.conf": http(PAIR + SITE, "proxy_connect_timeout 30s;\n")}) == {"NG001": [3]}

    def test_a_short_time_around_it_counts(self) -> None:
        assert found({"nginx.conf": http(PAIR + SITE, "proxy_connect_timeout 1500ms;\n")}) == {}

    def test_a_short_time_in_the_other_file_counts(self) -> None:
        main = http("include conf.d/*.conf;\n", "proxy_connect_timeout 2s;\n")
        assert found({"lb1/etc/nginx/nginx.conf": main, "lb1/etc/nginx/conf.d/api.conf": PAIR + SITE}) == {}

    def test_a_part_whose_whole_is_not_given_says_nothing(self) -> None:
        assert found({"lb1/etc/nginx/conf.d/api.conf": PAIR + SITE}) == {}

    def test_workers_of_its_own_host(self) -> None:
        pair = "upstream api { server 127.0.0.1:8001; server 127.0.0.1:8002; }\n"
        assert found({"nginx.conf": http(pair + SITE)}) == {}


class TestTakenOut:
    SHORT = "proxy_connect_timeout 2s;\n"

    def test_failures_that_never_count(self) -> None:
        pair = PAIR.replace(":80;", ":80 max_fails=0;")
        assert found({"nginx.conf": http(pair + SITE, self.SHORT)}) == {"NG002": [4]}

    def test_one_of_them_is_somebodys_choice(self) -> None:
        pair = PAIR.replace("10.0.0.11:80;", "10.0.0.11:80 max_fails=0;")
        assert found({"nginx.conf": http(pair + SITE, self.SHORT)}) == {}

    def test_a_backup_is_no_second_of_a_pair(self) -> None:
        pair = PAIR.replace("10.0.0.12:80;", "10.0.0.12:80 backup;").replace(":80;", ":80 max_fails=0;")
        assert "NG002" not in found({"nginx.conf": http(pair + SITE, self.SHORT)})


class TestOneServer:
    def test_the_others_are_marked_down(self) -> None:
        pair = PAIR.replace("10.0.0.12:80;", "10.0.0.12:80 down;")
        assert found({"nginx.conf": http(pair + SITE)}) == {"NG004": [3]}

    def test_an_application_of_the_same_host(self) -> None:
        assert found({"nginx.conf": http("upstream api { server 127.0.0.1:8001; }\n" + SITE)}) == {}


class TestTheVip:
    KEEPALIVED = (
        "vrrp_instance a {\n interface eth0\n virtual_router_id 5\n priority 100\n"
        " virtual_ipaddress {\n  10.0.0.20/24\n }\n}\n"
    )

    def listens(self, address: str, kernel: str) -> dict[str, list[int]]:
        return found(
            {
                "lb1/keepalived.conf": self.KEEPALIVED,
                "lb1/etc/nginx/conf.d/site.conf": f"server {{\n listen {address};\n}}\n",
                "lb1/etc/sysctl.d/ha.conf": kernel,
            }
        )

    def test_refused(self) -> None:
        assert self.listens("10.0.0.20:443 ssl", "net.ipv4.ip_nonlocal_bind=0\n") == {"NG005": [2]}

    def test_each_family_has_a_setting_of_its_own(self) -> None:
        vrrp = self.KEEPALIVED.replace("10.0.0.20/24", "2001:db8::20/64").replace("10.0.0.20", "2001:db8::20")
        files = {
            "lb1/keepalived.conf": vrrp,
            "lb1/etc/nginx/conf.d/site.conf": "server {\n listen [2001:db8::20]:443;\n}\n",
            "lb1/etc/sysctl.d/ha.conf": "net.ipv4.ip_nonlocal_bind = 1\nnet.ipv6.ip_nonlocal_bind = 0\n",
        }
        report = audit([File(path, text) for path, text in files.items()], strict=True)
        told = next(f for f in report.findings if f.rule == "NG005")
        assert told.what == "2001:db8::20 moves, and net.ipv6.ip_nonlocal_bind is 0"
        assert told.fix.startswith("net.ipv6.ip_nonlocal_bind = 1")

    def test_not_said(self) -> None:
        assert self.listens("10.0.0.20:443", "net.ipv4.ip_forward=1\n") == {"NG005": [2]}

    @pytest.mark.parametrize("address", ["443 ssl", "*:443", "10.0.0.11:443", "[::]:443"])
    def test_an_address_that_does_not_move(self, address: str) -> None:
        assert self.listens(address, "net.ipv4.ip_nonlocal_bind=0\n") == {}
