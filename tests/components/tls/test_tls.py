"""TLS: what lies where, what openssl thinks of it, and that its checks go red."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.components.fixed import file_of, fixed
from tests.programs import opinion

from fournines.components.tls.component import COMPONENT
from fournines.components.tls.deploy import TRUST
from fournines.components.tls.model import certificate_path, first_certificate, trust_path
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Secret, SecretKind
from fournines.kit.step import File
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

DAY = 86400


@pytest.fixture
def context(blog: Site, blog_context: Context) -> Context:
    return fixed(blog, blog_context)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def files(context: Context, host: str) -> dict[str, File]:
    steps = COMPONENT.steps(context, context.site.hosts[host])
    return {step.path: step for step in steps if isinstance(step, File)}


def test_the_authoritys_key_leaves_for_no_host(context: Context) -> None:
    authority = context.secret("tls/authority")
    key = authority[: authority.index("-----BEGIN CERTIFICATE")]
    assert "PRIVATE KEY" in key
    for host in context.site.hosts:
        assert all(key.strip() not in file.content for file in files(context, host).values())
        assert files(context, host)[trust_path(context.site)].content.count("BEGIN") == 1


def test_only_controllers_hold_the_vips_key_and_only_root_reads_it(context: Context) -> None:
    path = certificate_path(context.site)
    assert path not in files(context, "dashboard")
    held = files(context, "controller2")[path]
    assert (held.mode, held.owner, held.secret) == (0o600, "root", True)


def test_one_certificate_for_every_vip_by_name_and_address(blog: Site) -> None:
    (certificate,) = [
        d for d in COMPONENT.declarations(blog) if isinstance(d, Secret) and d.kind is SecretKind.CERTIFICATE
    ]
    assert certificate.names == ("controller", "10.0.0.20")


def test_a_text_without_a_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="not found"):
        first_certificate("-----BEGIN PRIVATE KEY-----\n")


def test_trust_goes_red(context: Context) -> None:
    trust = check(context, "tls.trust")
    well = dict.fromkeys(context.site.hosts, Output(0, f"{trust_path(context.site)}: OK\n"))
    assert trust.verdict(well).outcome is Outcome.PASS
    other = Output(
        2, "", "error 18 at 0 depth lookup: self-signed certificate\nerror x.crt: verification failed\n"
    )
    verdict = trust.verdict(well | {"dashboard": other})
    assert verdict.outcome is Outcome.FAIL
    assert "self-signed" in verdict.seen


def test_dates_go_red(context: Context) -> None:
    dates = check(context, "tls.dates")
    well = dict.fromkeys(dates.asks, Output(0, f"{300 * DAY}\n{3000 * DAY}\n"))
    assert dates.verdict(well).outcome is Outcome.PASS
    for lives in (f"{13 * DAY}\n{3000 * DAY}\n", f"{300 * DAY}\n{13 * DAY}\n", f"{-DAY}\n{3000 * DAY}\n"):
        assert dates.verdict(well | {"controller1": Output(0, lives)}).outcome is Outcome.FAIL
    missing = Output(1, "", "Traceback\nsubprocess.CalledProcessError: Command 'openssl' returned 1\n")
    assert dates.verdict(well | {"controller1": missing}).outcome is Outcome.FAIL


def test_what_is_served_goes_red(context: Context) -> None:
    served = check(context, "tls.served-controller")
    text = f"controller 5000 {300 * DAY}\ncontroller 9292 {300 * DAY}\n"
    assert served.verdict({"dashboard": Output(0, text)}).outcome is Outcome.PASS
    for port in (
        "refused certificate has expired",
        "refused Hostname mismatch, certificate is not valid for 'controller'.",
        "refused unable to get local issuer certificate",
        "unreachable [Errno 111] Connection refused",
        f"{5 * DAY}",
    ):
        broken = f"controller 5000 {300 * DAY}\ncontroller 9292 {port}\n"
        verdict = served.verdict({"dashboard": Output(0, broken)})
        assert verdict.outcome is Outcome.FAIL, port
        assert "9292" in verdict.seen
    half = Output(0, f"controller 5000 {300 * DAY}\n")
    assert served.verdict({"dashboard": half}).outcome is Outcome.UNKNOWN


@pytest.mark.programs
def test_openssl_verifies_the_chain_and_the_names(context: Context, tmp_path: Path) -> None:
    held = {
        "vip.pem": context.secret("tls/vip"),
        "authority.crt": file_of(COMPONENT, context, "dashboard", trust_path(context.site)).content,
    }
    argv = ["openssl", "verify", "-CAfile", "/run/authority.crt"]
    for name in ("-verify_hostname controller", "-verify_ip 10.0.0.20"):
        said = opinion([*argv, *name.split(), "/run/vip.pem"], held, tmp_path, program="haproxy")
        assert said.returncode == 0, said.stderr
    wrong = opinion([*argv, "-verify_hostname", "other", "/run/vip.pem"], held, tmp_path, program="haproxy")
    assert wrong.returncode


_ALIKE = r"""
mkdir /run/ours /run/theirs /run/hooks /run/bin
cp -a /etc/ssl/certs/. /run/ours
cp -a /etc/ssl/certs/. /run/theirs
trust() { sh -e -c "$1" sh /run/local/site.crt /run/ours/ca-certificates.crt /run/hooks; }
links() { (cd "$1" && find . -type l -printf "%p %l\n" | sort); }
trust "$1"
update-ca-certificates --localcertsdir /run/local --etccertsdir /run/theirs --hooksdir /run/hooks
test "$(links /run/ours)" = "$(links /run/theirs)" && echo same links
cmp /run/ours/ca-certificates.crt /run/theirs/ca-certificates.crt && echo same bundle
stat --format=%a%U /run/ours/ca-certificates.crt /run/theirs/ca-certificates.crt | uniq | wc -l
printf '#!/bin/sh\necho left to the program\n' > /run/bin/update-ca-certificates
chmod 755 /run/bin/update-ca-certificates
PATH=/run/bin:$PATH
trust "$1"
rm /run/ours/site.pem
printf '#!/bin/sh\n' > /run/hooks/java
chmod 755 /run/hooks/java
trust "$1"
rm /run/hooks/java /run/ours/ca-certificates.crt
trust "$1"
"""


@pytest.mark.programs
def test_an_authority_is_trusted_as_debians_own_program_does_it(context: Context, tmp_path: Path) -> None:
    file = file_of(COMPONENT, context, "dashboard", trust_path(context.site))
    said = opinion(
        ["sh", "-e", "-c", _ALIKE, "sh", TRUST],
        {"local/site.crt": file.content},
        tmp_path,
        program="update-ca-certificates",
    )
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert [line for line in lines if line.startswith("same")] == ["same links", "same bundle"]
    assert lines[-4:] == ["1", *["left to the program"] * 3]
