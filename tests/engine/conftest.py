from __future__ import annotations

from tests.engine.simulation import simulation

__all__ = ["simulation"]
