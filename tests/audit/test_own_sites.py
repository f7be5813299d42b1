"""What fournines itself builds is clean: the audit is held against `nines render`."""

from __future__ import annotations

from pathlib import Path

import pytest

from fournines.audit.gather.collect import collect
from fournines.audit.run import audit
from fournines.cli.shared.site import open_site
from fournines.kit.audit.rule import Severity
from fournines.plan.placeholders import without_secrets
from fournines.plan.render import write
from fournines.spec.model import Mode

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_our_own_sites_are_clean(example: Path, tmp_path: Path) -> None:
    opened = open_site(example, reach_hosts=False)
    count = write(without_secrets(opened.plan), tmp_path / "site")
    report = audit(collect([tmp_path / "site"]), strict=True)
    loud = [f"{f.rule} {f.at}: {f.what}" for f in report.findings if f.severity > Severity.INFO]
    assert loud == []
    assert count > 50
    kinds = {source.kind for source in report.files}
    wanted = {"haproxy.cfg", "my.cnf", "nftables", "chrony.conf"}
    passive = opened.site.mode is Mode.ACTIVE_PASSIVE
    assert wanted | ({"corosync.conf"} if passive else {"keepalived.conf", "rabbitmq.conf"}) <= kinds
    assert {source.host for source in report.files} >= set(opened.site.hosts)


def test_there_are_examples() -> None:
    assert EXAMPLES
