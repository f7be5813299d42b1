"""Makes Keystone hold the declared catalogue, service users and roles. Runs on a host.

Input: JSON with url (of a Keystone), password (the administrator's), region, and lists of what must be
there: entries (name, type, description, urls by interface), users (name, password, roles, domain, project;
without a project the roles are on the domain), roles (names).

Argument and exit status:
    look    0 when everything is as wanted, else 1, with what is not on standard output
    apply   make it so, say what was changed; 0 when done. Where the administrator cannot log in it is made
            first, by Keystone's own bootstrap: this needs Keystone's modules and its configuration
"""

from __future__ import annotations

import json
import sys
import urllib.error
from http import HTTPStatus
from typing import Any

from fournines.components.keystone.on_host.api import DEFAULT, Api, SilentError
from fournines.components.keystone.on_host.manage import bootstrap

SERVICES = "service"
"""The project of the services' users."""
MARK = {"managed_by": "fournines"}
"""What the services and users that we make carry; Keystone keeps it with their other attributes. Of
those that nobody declares any more a service goes, with its endpoints, and a user is disabled."""
DOMAIN_MARK = {"description": "managed by fournines"}
"""The same of domains. Keystone 2025.1 takes an attribute of ours there, too, and then answers 400 to whoever
asks for that domain (response validation)."""
PATIENCE = {"look": 5.0, "apply": 60.0}
"""Seconds that Keystone is asked again: it may have been started a moment ago, or be restarted meanwhile. To
``look`` waits for a worker that ends and for a database that is busy, so that neither is taken for a change;
not for a Keystone that is not there (``Api.present``): then nothing is as wanted."""
COMPARISONS = 5
"""So often ``apply`` begins anew where the answer to a change was lost."""


class Registrar:
    """Compares Keystone with what is wanted; ``change`` says whether it may also change it."""

    def __init__(self, api: Api, wanted: dict[str, Any], *, change: bool) -> None:
        """Nothing is asked yet."""
        self.api = api
        self.wanted = wanted
        self.change = change
        self.differences: list[str] = []

    def differs(self, what: str) -> bool:
        """Note a difference; True when it is to be removed."""
        self.differences.append(what)
        return self.change

    def ensure(
        self,
        kind: str,
        name: str,
        wanted: dict[str, object],
        query: str = "",
        *,
        mark: dict[str, str] | None = None,
    ) -> str | None:
        """The id of the resource of that name, made when it is missing; None when it may not be made.

        It carries the ``mark``.
        """
        mark = mark or {}
        for found in self.api.call("GET", f"/{kind}s?name={name}{query}")[f"{kind}s"]:
            if not mark.items() <= found.items() and self.differs(f"{kind} {name} is not marked as ours"):
                self.api.call("PATCH", f"/{kind}s/{found['id']}", {kind: mark})
            return str(found["id"])
        if not self.differs(f"no {kind} {name}"):
            return None
        made = self.api.call("POST", f"/{kind}s", {kind: {"name": name, **wanted, **mark}})
        return str(made[kind]["id"])

    def run(self) -> None:
        """Go through everything that is wanted."""
        region = self.wanted["region"]
        known = {found["id"] for found in self.api.call("GET", "/regions")["regions"]}
        if region not in known and self.differs(f"no region {region}"):
            self.api.call("POST", "/regions", {"region": {"id": region}})
        catalogued = self.api.call("GET", "/services")["services"]
        endpoints = self.api.call("GET", "/endpoints")["endpoints"]
        for entry in self.wanted["entries"]:
            self.entry(entry, catalogued, endpoints)
        for role in self.wanted["roles"]:
            self.ensure("role", role, {})
        kept = {self.user(user) for user in self.wanted["users"]}
        self.leave(catalogued, kept)

    def leave(self, catalogued: list[Any], kept: set[str | None]) -> None:
        """What we made and nobody declares any more: services go, users are disabled.

        Our users are found by their roles in the project of the services and in the domains that we made: a
        site may have more users of its own than anybody should ask for.
        """
        types = {entry["type"] for entry in self.wanted["entries"]}
        for service in catalogued:
            gone = service["type"] not in types and MARK.items() <= service.items()
            if gone and self.differs(f"- service {service['name']}: removed, nobody declares it any more"):
                self.api.call("DELETE", f"/services/{service['id']}")
        projects = self.api.call("GET", f"/projects?name={SERVICES}&domain_id=default")["projects"]
        scopes = [f"scope.project.id={project['id']}" for project in projects]
        domains = self.api.call("GET", "/domains")["domains"]
        scopes += [f"scope.domain.id={one['id']}" for one in domains if DOMAIN_MARK.items() <= one.items()]
        for user in sorted({found for scope in scopes for found in self.users_in(scope)} - kept):
            found = self.one_user(user)
            gone = MARK.items() <= found.items() and found.get("enabled", True)
            if gone and self.differs(f"- user {found['name']}: disabled, nobody declares it any more"):
                self.api.call("PATCH", f"/users/{user}", {"user": {"enabled": False}})

    def one_user(self, user: str) -> dict[str, Any]:
        """The user of that id; nothing where a role outlived its user (a directory's)."""
        try:
            found: dict[str, Any] = self.api.call("GET", f"/users/{user}")["user"]
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            return {}
        return found

    def users_in(self, scope: str) -> set[str]:
        """The ids of the users with a role there."""
        assigned = self.api.call("GET", f"/role_assignments?{scope}")["role_assignments"]
        return {assignment["user"]["id"] for assignment in assigned if "user" in assignment}

    def entry(self, wanted: dict[str, Any], catalogued: list[Any], endpoints: list[Any]) -> None:
        """One line of the catalogue; two of a type would leave it to chance which one a client takes."""
        kept, *surplus = sorted(
            (s for s in catalogued if s["type"] == wanted["type"]), key=lambda s: s["name"] != wanted["name"]
        ) or [None]
        for extra in surplus:
            if self.differs(f"a second service of type {wanted['type']}: {extra['name']}"):
                self.api.call("DELETE", f"/services/{extra['id']}")
        described = {key: wanted[key] for key in ("name", "type", "description")} | MARK
        if kept is None:
            if not self.differs(f"no service {wanted['name']}"):
                return
            kept = self.api.call("POST", "/services", {"service": described})["service"]
        elif any(kept.get(key) != value for key, value in described.items()) and self.differs(
            f"service {wanted['name']} is described otherwise"
        ):
            self.api.call("PATCH", f"/services/{kept['id']}", {"service": described})
        here = [
            e for e in endpoints if (e["service_id"], e["region_id"]) == (kept["id"], self.wanted["region"])
        ]
        for interface in wanted["urls"]:
            self.endpoint(wanted, kept["id"], interface, [e for e in here if e["interface"] == interface])
        for unwanted in (e for e in here if e["interface"] not in wanted["urls"]):
            if self.differs(f"{wanted['name']} has an endpoint that is {unwanted['interface']}"):
                self.api.call("DELETE", f"/endpoints/{unwanted['id']}")

    def endpoint(self, wanted: dict[str, Any], service: str, interface: str, here: list[Any]) -> None:
        """One endpoint of one interface in the region, with the wanted URL."""
        region, url = self.wanted["region"], wanted["urls"][interface]
        right = {"service_id": service, "interface": interface, "region_id": region, "url": url}
        for extra in here[1:]:
            if self.differs(f"a second {interface} endpoint of {wanted['name']}"):
                self.api.call("DELETE", f"/endpoints/{extra['id']}")
        if not here:
            if self.differs(f"no {interface} endpoint of {wanted['name']}"):
                self.api.call("POST", "/endpoints", {"endpoint": right})
        elif here[0]["url"] != url and self.differs(f"{wanted['name']} {interface} is {here[0]['url']}"):
            self.api.call("PATCH", f"/endpoints/{here[0]['id']}", {"endpoint": {"url": url}})

    def user(self, wanted: dict[str, Any]) -> str | None:
        """A service's user: can log in with the wanted password, has the wanted roles where they count.

        Its id; None where it is not there and may not be made.
        """
        name, password, project = wanted["name"], wanted["password"], wanted["project"]
        domain = "default"
        if wanted["domain"] != DEFAULT:
            domain = self.ensure("domain", wanted["domain"], {}, mark=DOMAIN_MARK) or ""
        scope = domain
        if project:
            scope = self.ensure("project", project, {"domain_id": "default"}, "&domain_id=default") or ""
        if not domain or not scope:
            return None
        new = {"password": password, "domain_id": domain}
        if project:
            new["default_project_id"] = scope
        user = self.ensure("user", name, new, f"&domain_id={domain}", mark=MARK)
        if user is None:
            return None
        self.roles(wanted, user, "project" if project else "domain", scope)
        if f"no user {name}" in self.differences:
            return user  # made a moment ago, with this password: hashing it takes half a second
        if not self.api.another().log_in(wanted) and self.differs(f"user {name} cannot log in"):
            self.api.call("PATCH", f"/users/{user}", {"user": {"password": password, "enabled": True}})
        return user

    def roles(self, wanted: dict[str, Any], user: str, kind: str, scope: str) -> None:
        """The user has each of its roles on the project or domain."""
        assigned = self.api.call("GET", f"/role_assignments?user.id={user}&scope.{kind}.id={scope}")
        held = {assignment["role"]["id"] for assignment in assigned["role_assignments"]}
        for name in wanted["roles"]:
            role = self.ensure("role", name, {})
            if role and role not in held and self.differs(f"user {wanted['name']} has not the role {name}"):
                self.api.call("PUT", f"/{kind}s/{scope}/users/{user}/roles/{role}")


def main(mode: str, wanted: dict[str, Any]) -> int:
    """Do what the argument says."""
    apply = mode == "apply"
    api = Api(wanted["url"], PATIENCE[mode], present=not apply)
    admin = {"name": "admin", "password": wanted["password"], "domain": DEFAULT, "project": "admin"}
    try:
        if not api.log_in(admin):
            sys.stdout.write("the administrator cannot log in\n")
            if not apply or bootstrap(wanted["password"]) != 0 or not api.log_in(admin):
                return 1
        differences = compared(api, wanted, times=COMPARISONS if apply else 0)
    except SilentError as silence:
        sys.stdout.write(f"Keystone does not answer: {silence}\n")
        return 1
    sys.stdout.write("".join(f"{difference}\n" for difference in differences))
    return 0 if apply or not differences else 1


def compared(api: Api, wanted: dict[str, Any], *, times: int) -> list[str]:
    """What differs, each thing once; with ``times`` it is removed, and so often begun anew.

    After a change whose answer was lost everything is compared again: what was made is found, what was not
    is made then. So nothing is done twice that Keystone would keep twice.
    """
    found: list[str] = []
    change = times > 0
    while True:
        registrar = Registrar(api, wanted, change=change)
        try:
            registrar.run()
        except SilentError:
            times -= 1
            if times <= 0:
                raise
            found += registrar.differences
        else:
            return list(dict.fromkeys(found + registrar.differences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.load(sys.stdin)))
