"""What Keystone is to know: the services' users and roles, and the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

PROJECT_ID = "%(project_id)s"
"""In ``CatalogueEntry.path``: Keystone writes the client's project there, in every catalogue it gives out."""


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """A user as which a service logs in. ``password`` names a Secret.

    The roles are held in ``project`` (of the domain Default), or on the user's own domain where that is None:
    Heat's ``heat_domain_admin`` is admin of the domain in which stacks make their users. Role, project and
    domain are made where they are missing.
    """

    name: str
    password: str
    roles: tuple[str, ...] = ("service",)
    domain: str = "Default"
    project: str | None = "service"


@dataclass(frozen=True, slots=True)
class ServiceRole:
    """A role that a service gives to users or asks of them (``heat_stack_user``), and none declared has."""

    name: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A line of the catalogue: where clients find a service of this type.

    ``endpoint`` names the Endpoint behind it: its port, and the interfaces it is ``visible`` on, each with
    the VIP that serves that interface. ``path`` follows ``https://VIP:port``; a service that wants the
    client's project in its URLs has ``PROJECT_ID`` there.
    """

    name: str
    type: str
    description: str
    endpoint: str
    path: str = ""
