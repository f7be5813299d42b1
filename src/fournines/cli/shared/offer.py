"""``nines drill SITE --list``: nothing is asked of a host, and no secret of the site is opened."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from fournines.cli.shared.site import load_site


def tell(site: Path, *, as_json: bool) -> None:
    """What can be drilled; where there is no such site file, what drills there are."""
    from fournines.drill.choosing.here import faults_of, unfit  # noqa: PLC0415 - `nines --help` stays fast
    from fournines.drill.choosing.orders import COLD, SHAPE  # noqa: PLC0415
    from fournines.drill.control import CONTROL  # noqa: PLC0415
    from fournines.drill.scenarios import scenarios  # noqa: PLC0415
    from fournines.kit.probe import Reached  # noqa: PLC0415
    from fournines.plan.context import context_for  # noqa: PLC0415
    from fournines.report.drills import Offer, document, text  # noqa: PLC0415
    from fournines.secrets.generate import complete  # noqa: PLC0415

    if site.exists():
        of_site = load_site(site)
        context = context_for(of_site, complete({}, of_site))  # secrets that nobody keeps
        drills = (*scenarios(context.declared(Reached)).values(), CONTROL)
        offer = Offer(
            tuple(one.of_site(context) for one in drills),
            unfit(drills, context),
            tuple(faults_of(context).values()),
            {COLD: SHAPE},
        )
    else:
        offer = Offer((*scenarios().values(), CONTROL), more={COLD: SHAPE})
    typer.echo(json.dumps(document(offer), indent=2, ensure_ascii=False) if as_json else text(offer))
