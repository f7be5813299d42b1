"""Which document has which schema; run as a program it writes ``docs/schema/`` anew."""

from __future__ import annotations

from pathlib import Path

from fournines.drill.result import Campaign
from fournines.report.document import VerifyDocument, schema_of
from fournines.report.status.document import StatusDocument

FOLDER = Path(__file__).parents[2] / "docs" / "schema"
MODELS: dict[str, type[object]] = {"verify": VerifyDocument, "status": StatusDocument, "drill": Campaign}

if __name__ == "__main__":
    for name, model in MODELS.items():
        (FOLDER / f"{name}.json").write_text(schema_of(model), encoding="utf-8")
