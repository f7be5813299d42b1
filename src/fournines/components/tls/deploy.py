"""Steps of TLS."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.tls.model import (
    AUTHORITY,
    CERTIFICATE,
    HOOKS,
    STORE,
    certificate_path,
    first_certificate,
    trust_path,
)
from fournines.kit.context import Context
from fournines.kit.step import Command, Directory, File, Packages, Step
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host

TRUST = r"""
crt=$1 store=$2 hooks=$3
folder=${store%/*} name=$(basename "$crt" .crt).pem
if [ -L "$folder/$name" ] || [ -e "$folder/$name" ] || [ ! -s "$store" ] ||
    [ -n "$(run-parts --test -- "$hooks")" ]
then
    exec update-ca-certificates
fi
hash=$(openssl x509 -noout -hash -in "$crt") number=0
while [ -L "$folder/$hash.$number" ]; do number=$((number + 1)); done
ln -s "$crt" "$folder/$name"
ln -s "$name" "$folder/$hash.$number"
sed '$a\' "$store" "$crt" > "$store.new"
chmod 0644 "$store.new"
mv -f "$store.new" "$store"
"""
"""What ``update-ca-certificates`` does about one new certificate: both links, and its place in the bundle.

The program itself goes through all others too, with five processes for each of 150: two seconds of processor
time on every host. It is left everything but the first time: another certificate of the same name, a run that
was killed halfway (the first link is there), a bundle that is not, hooks that want to know (Java's keystore).
"""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Every host trusts the authority; controllers get the VIPs' certificate.

    The certificate lies there before HAProxy is configured, because ``haproxy -c`` refuses a
    configuration that names a file which does not exist.
    """
    trusted = trust_path(context.site)
    yield Packages(("ca-certificates", "openssl"))
    yield File(
        trusted,
        first_certificate(context.secret(AUTHORITY)),
        validate=("openssl", "x509", "-noout", "-in", "{}"),
    )
    yield Command(
        "trust the site's authority",
        ("sh", "-e", "-c", TRUST, "sh", trusted, STORE, HOOKS),
        # Only the bundle may vouch for it: a self-signed certificate that is not in it does not verify.
        unless=("openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", STORE, trusted),
    )
    if VIP_HOSTS.has(context.site, host):
        path = certificate_path(context.site)
        yield Directory("/etc/haproxy")
        yield Directory(path.rsplit("/", 1)[0], mode=0o700)
        yield File(
            path,
            context.secret(CERTIFICATE),
            mode=0o600,
            validate=("openssl", "pkey", "-noout", "-in", "{}"),
            secret=True,
        )
