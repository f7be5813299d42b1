"""keepalived.conf as facts: VRRP instances, what they track, and the scripts that decide."""

from __future__ import annotations

from fournines.components.keepalived.audit.facts.model import (
    ADVERT_INT,
    DELAY_LOOP,
    DOWN_TIMER_ADVERTS,
    Block,
    KeepalivedConf,
    MiscCheck,
    Notify,
    RealServer,
    SyncGroup,
    TrackedFile,
    TrackedProcess,
    Tracker,
    Vip,
    VirtualServer,
    VrrpInstance,
    VrrpScript,
)
from fournines.components.keepalived.audit.facts.read import KEEPALIVED

__all__ = [
    "ADVERT_INT",
    "DELAY_LOOP",
    "DOWN_TIMER_ADVERTS",
    "KEEPALIVED",
    "Block",
    "KeepalivedConf",
    "MiscCheck",
    "Notify",
    "RealServer",
    "SyncGroup",
    "TrackedFile",
    "TrackedProcess",
    "Tracker",
    "Vip",
    "VirtualServer",
    "VrrpInstance",
    "VrrpScript",
]
