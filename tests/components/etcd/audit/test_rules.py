"""etcd's members, told in each of the ways they can be told."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit

RULES = [rule for rule in registry.rules() if rule.id.startswith("ET")]
TWO = "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380"
THREE = f"{TWO},c=http://10.0.0.3:2380"


def found(files: dict[str, str]) -> dict[str, list[tuple[str, int]]]:
    report = audit([File(path, text) for path, text in files.items()], rules=RULES, strict=True)
    places: dict[str, list[tuple[str, int]]] = {}
    for finding in report.findings:
        places.setdefault(finding.rule, []).append((finding.severity.word, finding.at.line))
    return places


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("h/etc/default/etcd", 'ETCD_NAME="a"\nETCD_INITIAL_CLUSTER="{}"\n'),
        ("h/etc/etcd/etcd.yaml", "name: a\ninitial-cluster: '{}'\n"),
        (
            "h/etc/systemd/system/etcd.service",
            "[Service]\nExecStart=/usr/bin/etcd --name a --initial-cluster={}\n",
        ),
        ("start.sh", "#!/bin/sh\netcd --name a \\\n  --initial-cluster {} &\n"),
    ],
)
def test_two_members_however_they_are_told(path: str, text: str) -> None:
    assert set(found({path: text.format(TWO)})) == {"ET001"}
    assert found({path: text.format(THREE)}) == {}


def test_four_live_as_long_as_three() -> None:
    four = f"{THREE},d=http://10.0.0.4:2380"
    assert found({"etcd.conf.yml": f"name: a\ninitial-cluster: {four}\n"}) == {"ET001": [("warning", 2)]}


def test_several_urls_of_one_member_are_one() -> None:
    more = THREE.replace("c=", "c=http://10.1.0.3:2380,c=")
    assert found({"etcd.conf.yml": f"name: c\ninitial-cluster: {more}\n"}) == {}


def test_a_template_says_nothing_yet() -> None:
    text = "ETCD_NAME={{ host }}\nETCD_INITIAL_CLUSTER={{ members }}\n"
    assert found({"etc/default/etcd": text}) == {}


class TestOwnEntry:
    def test_another_url_than_the_list_has(self) -> None:
        text = f"name: b\ninitial-cluster: {THREE}\ninitial-advertise-peer-urls: http://10.0.0.22:2380\n"
        assert found({"etcd.conf.yml": text}) == {"ET002": [("error", 3)]}

    def test_the_same_with_a_slash(self) -> None:
        text = f"name: b\ninitial-cluster: {THREE}\ninitial-advertise-peer-urls: http://10.0.0.2:2380/\n"
        assert found({"etcd.conf.yml": text}) == {}

    def test_who_joins_later_has_a_longer_list(self) -> None:
        first = f"ETCD_NAME=a\nETCD_INITIAL_CLUSTER={THREE}\n"
        state = "ETCD_INITIAL_CLUSTER_STATE=existing\n"
        more = ",d=http://10.0.0.4:2380,e=http://10.0.0.5:2380"
        late = f"ETCD_NAME=e\nETCD_INITIAL_CLUSTER={THREE}{more}\n"
        given = {"a/etc/default/etcd": first, "e/etc/default/etcd": late}
        assert set(found(given)) == {"ET004"}
        assert found({**given, "e/etc/default/etcd": late + state}) == {}


class TestListening:
    @pytest.mark.parametrize("urls", ["http://10.0.0.1:2380", "http://127.0.0.1:2380,http://10.0.0.1:2380"])
    def test_reached(self, urls: str) -> None:
        text = f"name: a\ninitial-cluster: {THREE}\nlisten-peer-urls: {urls}\n"
        assert found({"etcd.conf.yml": text}) == {}

    def test_a_single_member_needs_no_peers(self) -> None:
        one = "name: a\ninitial-cluster: a=http://127.0.0.1:2380\nlisten-peer-urls: http://127.0.0.1:2380\n"
        assert found({"etcd.conf.yml": one}) == {}

    def test_clients_of_the_own_host_are_a_choice(self) -> None:
        text = f"name: a\ninitial-cluster: {THREE}\nlisten-client-urls: http://127.0.0.1:2379\n"
        assert found({"etcd.conf.yml": text}) == {}
