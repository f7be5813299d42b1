"""Accounts that are made with one password and used with another."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.client.audit.facts import Login
from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.account import Account
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_OPEN = re.compile(
    r"[${}<>*`%?]|\.\.\.|\A(?:your|my|change|replace)|\A(?:password|passwd|pass|secret|x+)\Z|\A\s*\Z",
    re.IGNORECASE,
)
"""What stands for any password: a variable, a placeholder of no account's own."""
_MADE = "openstack user create --domain default --password {} nova\n"
_USED = "[keystone_authtoken]\nusername = nova\npassword = NOVA_PASS\n"


@rule(
    "OS030",
    Severity.WARNING,
    "An account is made with one password and used with another",
    consequence=Consequence.DOWN,
    why="the login is refused: the service that uses the account can do nothing",
    fix="the same password in both places",
    source="keystonemiddleware: Authorization failed for token; MariaDB error 1045; RabbitMQ ACCESS_REFUSED",
    bad={"ctl1/setup.sh": f"#!/bin/sh\n{_MADE.format('NOVA_PAS')}", "ctl1/nova.conf": _USED},
    good={"ctl1/setup.sh": f"#!/bin/sh\n{_MADE.format('NOVA_PASS')}", "ctl1/nova.conf": _USED},
    points_at="openstack user create --domain default --password *** nova",
)
def refused(site: Evidence) -> Iterator[Hit | Unknown]:
    made: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in site.all(Account):
        made[account.realm, account.user.lower()].append(account)
    used: dict[tuple[str, str], list[tuple[Place, str]]] = defaultdict(list)
    for realm, user, password, at in _used(site):
        used[realm, user.lower()].append((at, password))
    for key, accounts in made.items():
        known = {account.password for account in accounts}
        if any(_OPEN.search(password) for password in known):
            continue
        other = [at for at, password in used[key] if not _OPEN.search(password) and password not in known]
        if other:
            realm = {"keystone": "Keystone", "sql": "the database", "amqp": "the broker"}[key[0]]
            what = f"{accounts[0].user} of {realm} is made with another password than it logs in with"
            yield Hit(accounts[0].at, what, related=tuple(other))


def _used(site: Evidence) -> Iterator[tuple[str, str, str, Place]]:
    """Every login of the site: its realm, user, password and where it is said."""
    for login in site.all(Login):
        yield "keystone", login.user, login.password, login.at
    for conf in site.all(OsloConf):
        for section in conf.sections:
            user = next((o for o in conf.within(section) if o.name in ("username", "admin_user")), None)
            word = next((o for o in conf.within(section) if o.name in ("password", "admin_password")), None)
            if user and word and section != "oslo_messaging_rabbit":
                yield "keystone", user.value.strip(), word.value.strip(), word.at
        for realm, said in (("sql", conf.database), ("amqp", conf.transport)):
            url = said.url if said else None
            if said and url and url.user:
                yield realm, url.user, url.password, said.at
