"""Which texts tell the same Pacemaker: those of one host, and what pages in folders of their own show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.model import Story
from fournines.kit.audit.folders import above, folder

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence

Home = tuple[str, str, str]
"""Whether it is a CIB or a text, the CIB or the host, and the folder of a page that lies apart."""


def homes(site: Evidence) -> dict[Home, list[Story]]:
    """The texts of a site by the cluster they may be of.

    A page in a folder in and below which no file of the site lies is a work of its own: its commands build
    another cluster than the scripts somewhere else. One beside them tells the same work.
    """
    files = {source.path for source in site.sources if not source.lines}
    taken = {home for path in files for home in above(path)}
    found: dict[Home, list[Story]] = {}
    for story in site.all(Story):
        path = story.at.path
        apart = folder(path) if files and path not in files and folder(path) not in taken else ""
        home = ("cib", path, "") if story.form == "cib" else ("text", story.at.host, apart)
        found.setdefault(home, []).append(story)
    return found
