"""Pacemaker as facts, from its CIB, ``crm configure`` text, and the commands that build it."""

from __future__ import annotations

from fournines.components.pacemaker.audit.facts.changes import IN_SCRIPTS as CHANGES
from fournines.components.pacemaker.audit.facts.cib import CIB
from fournines.components.pacemaker.audit.facts.cluster import Cluster, clusters, vips
from fournines.components.pacemaker.audit.facts.commands import COMMANDS, IN_SCRIPTS
from fournines.components.pacemaker.audit.facts.crm import CRM
from fournines.components.pacemaker.audit.facts.model import (
    Collection,
    Constraint,
    Member,
    Op,
    Primitive,
    Property,
    Ref,
    Story,
)

__all__ = [
    "CHANGES",
    "CIB",
    "COMMANDS",
    "CRM",
    "IN_SCRIPTS",
    "Cluster",
    "Collection",
    "Constraint",
    "Member",
    "Op",
    "Primitive",
    "Property",
    "Ref",
    "Story",
    "clusters",
    "vips",
]
