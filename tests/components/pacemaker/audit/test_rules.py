"""The tricky judgements about Pacemaker: what is wrong in meaning, and what only looks so."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.pacemaker.audit.rules.example import DRBD, FENCED, FS, TIED, VIP, crm


def seen(**files: str) -> dict[str, list[int]]:
    """Rule id -> lines of its errors and warnings; keys are file names with _ for the dot."""
    given_files = [File(name.replace("_", "."), dedent(text).lstrip("\n")) for name, text in files.items()]
    found: dict[str, list[int]] = {}
    for finding in audit(given_files, strict=True).findings:
        if finding.severity.word != "info":
            found.setdefault(finding.rule, []).append(finding.at.line)
    return found


def config(*parts: str, fenced: str = FENCED, **more: object) -> str:
    return crm(*parts, fenced=fenced, **more)["cluster.crm"]  # type: ignore[arg-type]


def test_a_whole_configuration_is_quiet() -> None:
    assert seen(cluster_crm=config(VIP, DRBD, FS, TIED)) == {}


PCS = """
    #!/bin/bash
    pcs cluster setup prod n1 n2 n3
    pcs property set stonith-enabled=false
    pcs stonith create fence-n1 fence_ipmilan pcmk_host_list="n1 n2 n3" ip=10.9.0.1 op monitor interval=60s
    pcs property set stonith-enabled=true
    pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.100 op monitor interval=10s
    pcs resource create haproxy systemd:haproxy clone interleave=true
    pcs constraint order vip then haproxy-clone kind=Optional
    pcs constraint colocation add vip with haproxy-clone
    pcs resource create d0 ocf:linbit:drbd drbd_resource=r0 promotable notify=true
    pcs resource create fs0 Filesystem device=/dev/drbd0 directory=/srv fstype=xfs --group g0
    pcs resource create db systemd:mariadb --group g0
    pcs constraint order promote d0-clone then start g0
    pcs constraint colocation add g0 with Promoted d0-clone INFINITY
    """


def test_the_last_setting_of_a_script_counts() -> None:
    """stonith-enabled=false while the cluster is built, true at the end, is how it is done."""
    assert seen(setup_sh=PCS) == {}


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("set stonith-enabled=true", "set stonith-enabled=off", "PA001", 5),
        ("then start g0", "then start g00", "PA007", 13),
        ("order promote d0-clone", "order start d0-clone", "PA008", 13),
        ("with Promoted d0-clone", "with d0-clone", "PA008", 14),
        ("drbd_resource=r0", "drbd_resource=r0 op monitor interval=60s", "PA012", 10),
    ],
)
def test_one_word_of_a_script_decides(old: str, new: str, rule: str, line: int) -> None:
    assert seen(setup_sh=PCS.replace(old, new)).get(rule) == [line]


def test_what_another_script_may_define_is_unknown() -> None:
    script = """
        #!/bin/bash
        pcs resource create galera galera enable_creation=true --master
        pcs constraint order start lb-haproxy-clone then start galera-master
        """
    report = audit([File("galera.sh", dedent(script).lstrip())], strict=True)
    assert [f.rule for f in report.findings if f.rule == "PA007"] == []
    assert any("lb-haproxy-clone" in unknown.what for unknown in report.unknown)


def test_pasted_lines_mean_what_they_meant() -> None:
    """Without its backslashes the text is refused (PA015), and all else is judged as it was meant."""
    pasted = config(DRBD, FS, TIED).replace(" \\\n", "\n")
    assert set(seen(cluster_crm=pasted)) == {"PA015"}


def test_a_page_is_one_story() -> None:
    page = """
        # Cluster
        ```
        property no-quorum-policy="ignore"
        ```
        Now the address:
        ```
        primitive p_vip ocf:heartbeat:IPaddr2
        params ip="10.0.0.20" cidr_netmask="24"
        op monitor interval="30s"
        ```
        ```
        group g_api p_vip p_api
        ```
        """
    found = seen(howto_md=page)
    assert found["PA002"] == [3]
    assert found["PA003"] == [3]
    assert found["PA007"] == [12]
    assert found["PA015"] == [8]


def test_ignored_quorum_with_fencing_is_no_alarm() -> None:
    said = "stonith-enabled=true no-quorum-policy=ignore"
    assert "PA003" not in seen(cluster_crm=config(VIP, properties=said))
    off = "stonith-enabled=false no-quorum-policy=ignore"
    assert "PA003" in seen(cluster_crm=config(VIP, properties=off, fenced=""))


def test_a_minority_that_may_fence_is_one() -> None:
    said = "stonith-enabled=true no-quorum-policy=ignore"
    three = config(VIP, properties=said, nodes=3)
    assert "PA003" in seen(cluster_crm=three)
    only_remote = "primitive f stonith:fence_ipmilan params ip=10.0.9.99 pcmk_host_list=compute7\n"
    assert "PA003" not in seen(cluster_crm=config(VIP, properties=said, nodes=3, fenced=only_remote))
    evacuates = "primitive f stonith:fence_compute params auth-url=http://10.0.0.20:5000\n"
    assert "PA003" not in seen(cluster_crm=config(VIP, properties=said, nodes=3, fenced=evacuates))


def test_a_place_to_fill_in_is_no_password() -> None:
    agent = "primitive k ocf:openstack:keystone params os_password={} op monitor interval=30s\n"
    assert "PA027" in seen(cluster_crm=config(VIP, agent.format("secretsecret")))
    for placeholder in ("SECRET", "KEYSTONE_PASS", "'<password>'", "CHANGEME"):
        assert "PA027" not in seen(cluster_crm=config(VIP, agent.format(placeholder)))


def test_sbd_without_a_resource_is_fencing_all_the_same() -> None:
    bare = "stonith-enabled=true no-quorum-policy=stop"
    assert "PA002" in seen(cluster_crm=config(VIP, fenced="", properties=bare))
    for said in ("have-watchdog=true", "stonith-watchdog-timeout=10"):
        assert "PA002" not in seen(cluster_crm=config(VIP, fenced="", properties=f"{bare} {said}"))


def test_the_file_system_may_be_tied_through_its_group_or_a_chain() -> None:
    group = "group g-db fs-db vip\n"
    tied = TIED.replace("fs-db", "g-db")
    assert "PA008" not in seen(cluster_crm=config(VIP, DRBD, FS, group, tied))
    chain = (
        "colocation a inf: vip ms-drbd-db:Master\ncolocation b inf: fs-db vip\n"
        "order c inf: ms-drbd-db:promote vip:start\norder d inf: vip fs-db\n"
    )
    assert "PA008" not in seen(cluster_crm=config(VIP, DRBD, FS, chain))


def test_the_order_of_another_drbd_resource_does_not_count() -> None:
    other = DRBD.replace("drbd-db", "drbd-web").replace("drbd_resource=db", "drbd_resource=web")
    tied = TIED.replace("ms-drbd-db", "ms-drbd-web")
    assert "PA008" in seen(cluster_crm=config(DRBD, other, FS, tied))


CIB = """
    <cib validate-with="pacemaker-3.7" epoch="5"><configuration>
      <crm_config><cluster_property_set id="o">
        <nvpair id="o1" name="stonith-enabled" value="{stonith}"/>
      </cluster_property_set></crm_config>
      <nodes><node id="1" uname="a"/><node id="2" uname="b"/><node id="3" uname="c"/></nodes>
      <resources>
        <primitive id="fence" class="stonith" type="fence_ipmilan"/>
        <clone id="d-clone"><meta_attributes id="m"><nvpair id="m1" name="promotable" value="true"/>
          <nvpair id="m2" name="notify" value="true"/></meta_attributes>
          <primitive id="d" class="ocf" provider="linbit" type="drbd"><operations>
            <op id="x1" name="monitor" interval="29s" role="Promoted"/>
            <op id="x2" name="monitor" interval="31s" role="{role}"/>
            <op id="x3" name="start" interval="0" timeout="240"/>
            <op id="x4" name="stop" interval="0" timeout="100"/></operations></primitive></clone>
        <primitive id="fs" class="ocf" provider="heartbeat" type="Filesystem">
          <instance_attributes id="i"><nvpair id="i1" name="device" value="/dev/drbd0"/></instance_attributes>
          <operations><op id="y1" name="monitor" interval="20s"/><op id="y2" name="start" timeout="60"/>
            <op id="y3" name="stop" timeout="60s"/></operations></primitive>
      </resources>
      <constraints>
        <rsc_order id="r1" first="d-clone" first-action="promote" then="fs" then-action="start"/>
        <rsc_colocation id="r2" rsc="fs" with-rsc="d-clone" with-rsc-role="{with_role}" score="INFINITY"/>
      </constraints>
    </configuration><status><lrm><primitive id="ghost" class="ocf" type="Dummy"/></lrm></status></cib>
    """


def cib(**said: str) -> str:
    return CIB.format(**({"stonith": "true", "role": "Unpromoted", "with_role": "Promoted"} | said))


def test_the_cib_is_judged_in_the_words_of_either_generation() -> None:
    assert seen(cib_xml=cib()) == {}
    assert seen(cib_xml=cib(role="Slave", with_role="Master")) == {}
    assert list(seen(cib_xml=cib(with_role="Started"))) == ["PA008"]


def test_copies_of_one_cib_are_judged_once() -> None:
    text = dedent(cib(stonith="false")).lstrip()
    files = [File(f"node{n}/cib.xml", text) for n in (1, 2, 3)]
    found = [f for f in audit(files, strict=True).findings if f.rule == "PA001"]
    assert len(found) == 1


_SPOKEN = (
    "primitive group params op monitor = a ocf: ms order inf: a:promote ( property pcs resource create "
    "node 1: constraint then set role=Master meta crm configure <<EOF clone location add with # op="
)
_WORDS = st.sampled_from([*_SPOKEN.split(), "\\\n", "\n", '"'])


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=30))
def test_no_text_ends_in_a_traceback(words: list[str]) -> None:
    text = " ".join(words)
    audit([File("a.crm", text), File("b.sh", "#!/bin/sh\n" + text)], strict=True)


def test_each_script_that_switches_fencing_off_is_named() -> None:
    off = "#!/bin/sh\npcs property set stonith-enabled=false\npcs property set no-quorum-policy=ignore\n"
    report = audit([File("a/setup.sh", off), File("b/run.sh", off + "true\n")], strict=True)
    for rule, line in (("PA001", 2), ("PA003", 3)):
        places = {str(at) for f in report.findings if f.rule == rule for at in (f.at, *f.related)}
        assert places == {f"a/setup.sh:{line}", f"b/run.sh:{line}"}
