"""DRBD: fencing wherever it is said, and quorum in its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

HOSTS = (
    "device /dev/drbd0; disk /dev/vg/db; meta-disk internal;\n"
    "  on a { address 10.0.0.1:7789; }\n  on b { address 10.0.0.2:7789; }\n"
)
FENCE = 'fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh";'
UNFENCE = 'unfence-peer "/usr/lib/drbd/crm-unfence-peer.9.sh";'
FENCED = f"net {{ fencing resource-and-stonith; }} handlers {{ {FENCE} {UNFENCE} }}\n"


def seen(**files: str) -> set[str]:
    report = audit([File(f"{name}.res", text) for name, text in files.items()], strict=True)
    return {finding.rule for finding in report.findings if finding.severity.word != "info"}


def resource(body: str, name: str = "db") -> str:
    return f"resource {name} {{\n  {body}\n  {HOSTS}}}\n"


def test_nothing_said_is_nothing_fenced() -> None:
    alone = resource("protocol C;")
    assert seen(db=alone) == set(), "the common section, where fencing usually stands, was not given"
    assert seen(db=alone, common="common {\n  protocol C;\n}\n") == {"DR001"}


def test_the_common_section_counts_for_every_resource() -> None:
    assert seen(db=resource("protocol C;"), common="common {\n  " + FENCED + "}\n") == set()


def test_quorum_of_three_needs_no_fencing() -> None:
    body = "options { quorum majority; on-no-quorum io-error; }\n  on c { address 10.0.0.3:7789; }\n"
    body += "  connection-mesh { hosts a b c; }"
    assert seen(db=resource(body)) == set()


def test_a_policy_and_its_handler_need_each_other() -> None:
    assert seen(db=resource("net { fencing resource-and-stonith; }")) == {"DR001"}
    assert seen(db=resource('handlers { fence-peer "/x"; }')) == {"DR001"}
    assert seen(db=resource(FENCED)) == set()


def test_a_fence_is_taken_off_again() -> None:
    before_nine = UNFENCE.replace("unfence-peer ", "after-resync-target ", 1)
    assert seen(db=resource(FENCED.replace(UNFENCE, ""))) == {"DR010"}
    after = 'after-resync-target "/usr/lib/drbd/{}";'
    dropped = FENCED.replace(UNFENCE, after.format("unsnapshot-resync-target-lvm.sh"))
    assert seen(db=resource(dropped)) == {"DR010"}, "a snapshot is dropped, the fence stays"
    assert seen(db=resource(FENCED.replace(UNFENCE, after.format("crm-unfence-peer.sh")))) == set()
    assert seen(db=resource(FENCED.replace(UNFENCE, before_nine))) == set()
    assert (
        seen(db=resource(FENCED.replace("crm-", "my-").replace(UNFENCE.replace("crm-", "my-"), ""))) == set()
    )
    shared = "common {\n  handlers { " + UNFENCE + " }\n}\n"
    assert seen(db=resource(FENCED.replace(UNFENCE, "")), common=shared) == set()


def test_protocol_a_over_a_proxy_is_meant() -> None:
    assert seen(db=resource(FENCED + "protocol A;")) == {"DR004"}
    assert seen(db=resource(FENCED + "protocol A; proxy { memlimit 100M; }")) == set()


def test_layout_and_comments_make_no_difference() -> None:
    one = resource(FENCED)
    other = "# the same\n" + one.replace("\n", "\n\n").replace("; ", ";\n ")
    files = [File("a/db.res", one), File("b/db.res", other)]
    assert [f.rule for f in audit(files, strict=True).findings] == []


def test_a_file_system_made_by_a_script_is_known() -> None:
    res = File("db.res", resource(FENCED + "net { allow-two-primaries yes; }"))
    for fs, rules in (("ext4", ["DR002"]), ("gfs2", [])):
        script = File("setup.sh", f"#!/bin/sh\nmkfs.{fs} /dev/drbd0\n")
        assert [f.rule for f in audit([res, script], strict=True).findings] == rules


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("resource on{};\n \"'#x1:/"), max_size=120))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    audit([File("db.res", text)], strict=True)
