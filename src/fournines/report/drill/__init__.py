"""A drill campaign as a terminal table and as one self-contained HTML file."""

from __future__ import annotations

from fournines.report.drill.page import html
from fournines.report.drill.table import table

__all__ = ["html", "table"]
