"""The cluster's configuration, compared with what it should be, and changed in one step.

Run on a member, with the wanted configuration as its input. ``compare`` prints what would change as a unified
diff and ends with 1 if anything would. ``apply`` changes it: the new configuration is verified as a whole
(crm_verify), and what differs becomes one patch (crm_diff), which is applied whole or not at all (cibadmin
--patch), and not if somebody else changed the configuration meanwhile; then it is worked out anew.

Everything in the sections below is the site's, but for what Pacemaker writes there itself, for what an
operator said for a while (constraints called ``cli-...`` by crm_resource --move and --ban, maintenance-mode),
and for what a mirror says of a copy that is not up to date. ``part`` as the last argument: what is not in the
wanted configuration is left as it is.
"""

from __future__ import annotations

import copy
import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

SECTIONS = ("crm_config", "resources", "constraints", "rsc_defaults", "op_defaults", "fencing-topology")
PROPERTIES = "cib-bootstrap-options"
KEPT = frozenset(
    {
        *("dc-version", "cluster-infrastructure", "cluster-name", "have-watchdog", "last-lrm-refresh"),
        "maintenance-mode",
    }
)
"""Properties that are not the site's."""
OPERATORS = "cli-"
MIRRORS = "outdated-"
"""How a constraint's name begins by which a mirror keeps a copy from use that is not up to date."""
ATTEMPTS = 5
SAME = "the same"


def following(live: ET.Element) -> ET.Element:
    """A copy with the next version: a patch applies to the version that it was made from, and to no other."""
    result = copy.deepcopy(live)
    result.set("epoch", str(int(live.get("epoch", "0")) + 1))
    result.set("num_updates", "0")
    return result


def merged(live: ET.Element, wanted: ET.Element, *, whole: bool = True) -> ET.Element:
    """The live configuration with the sections of the wanted one in the place of its own.

    Unless it is ``whole``, with each part of those in the place of its own one of that name alone.
    """
    result = following(live)
    sections = sections_of(result)
    for name in SECTIONS:
        old, new = sections.find(name), sections_of(wanted).find(name)
        section = ET.Element(name) if new is None else copy.deepcopy(new)
        if old is not None:
            _keep(name, old, section)
            if not whole:
                there = {part.get("id") for part in section}
                section.extend(copy.deepcopy(part) for part in old if part.get("id") not in there)
            place = list(sections).index(old)
            sections.remove(old)
        elif new is None:
            continue
        else:
            place = len(sections)
        sections.insert(place, section)
    return result


def sections_of(cib: ET.Element) -> ET.Element:
    """The part of the cluster's data that people write."""
    found = cib.find("configuration")
    if found is None:
        raise SystemExit("this is no cluster configuration")
    return found


def _keep(name: str, old: ET.Element, new: ET.Element) -> None:
    """Carry over what is not the site's."""
    if name == "constraints":
        new.extend(copy.deepcopy(c) for c in old if c.get("id", "").startswith((OPERATORS, MIRRORS)))
    if name == "crm_config":
        kept = [pair for pair in old.iter("nvpair") if pair.get("name") in KEPT]
        target = next((s for s in new if s.get("id") == PROPERTIES), None)
        if target is not None:
            target.extend(copy.deepcopy(pair) for pair in kept)


def lines(cib: ET.Element) -> list[str]:
    """The site's sections as lines, alike for what means the same: order counts in a group alone."""
    configuration = sections_of(cib)
    sections = (configuration.find(name) for name in SECTIONS)
    return [line for section in sections if section is not None and len(section) for line in _lines(section)]


def _lines(element: ET.Element, depth: int = 0) -> Iterator[str]:
    said = " ".join(f'{name}="{value}"' for name, value in sorted(element.attrib.items(), key=_id_first))
    yield "  " * depth + f"{element.tag} {said}".rstrip()
    children = list(element)
    if element.tag != "group":
        children.sort(key=lambda child: (child.tag, child.get("id", "")))
    for child in children:
        yield from _lines(child, depth + 1)


def _id_first(attribute: tuple[str, str]) -> tuple[bool, str]:
    return attribute[0] != "id", attribute[0]


def difference(live: ET.Element, wanted: ET.Element, *, whole: bool = True) -> list[str]:
    """A unified diff from the live configuration to the wanted one; nothing when they say the same."""
    before, after = lines(live), lines(merged(live, wanted, whole=whole))
    return list(difflib.unified_diff(before, after, "cluster", "wanted", lineterm="", n=1))


def actions(result: ET.Element) -> list[dict[str, str]]:
    """What crm_simulate said the cluster would do, without the steps of each."""
    return [dict(one.attrib) for one in result.iterfind("actions/*")]


def words(action: dict[str, str]) -> str:
    """``keystone: move, controller1 -> controller2``."""
    where = " -> ".join(action[one] for one in ("source", "dest", "node") if action.get(one))
    name, what = action.get("resource", ""), action.get("action") or action.get("task", "")
    because = f" ({action['reason']})" if action.get("reason") else ""
    return f"{name + ': ' if name else ''}{what}, {where}{because}"


# --- with the cluster -------------------------------------------------------------------------------------


def run(*argv: str, ok: tuple[int, ...] = (0,), timeout: float = 60, **env: str) -> str:
    """What a program printed; the end, with its complaint, where its exit status is not ``ok``."""
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=timeout, check=False, env={**os.environ, **env}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"{argv[0]}: {error}") from None
    if done.returncode not in ok:
        raise SystemExit(
            f"{' '.join(argv)} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}"
        )
    return done.stdout


def parsed(text: str) -> ET.Element:
    """The root of the cluster's own data, or of ours."""
    return ET.fromstring(text)  # noqa: S314 - see above


def live_cib() -> ET.Element:
    """The cluster's data as it is, with what runs where."""
    return parsed(run("cibadmin", "--query"))


def simulated(cib: ET.Element) -> ET.Element:
    """What crm_simulate thinks the cluster would do with this configuration, in its present state."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "cib.xml"))
        ET.ElementTree(cib).write(path)
        said = run("crm_simulate", "--xml-file", path, "--simulate", "--output-as=xml", CIB_shadow_dir=folder)
    return parsed(said)


def change(make: Callable[[ET.Element], ET.Element | None]) -> None:
    """Bring in what ``make`` makes of the live configuration; None is nothing to do."""
    for attempt in range(ATTEMPTS):
        live = live_cib()
        changed = make(live)
        if changed is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            old, new, patch = (str(Path(folder, name)) for name in ("old.xml", "new.xml", "patch.xml"))
            ET.ElementTree(live).write(old)
            ET.ElementTree(changed).write(new)
            run("crm_verify", "--xml-file", new)
            Path(patch).write_text(run("crm_diff", "--original", old, "--new", new, ok=(0, 1)))
            try:
                run("cibadmin", "--patch", "--xml-file", patch)
            except SystemExit:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return


def compare(wanted: ET.Element, *, whole: bool = True) -> int:
    """Print what would change, and what would move; 1 if anything would, or if no cluster answers."""
    try:
        live = live_cib()
    except SystemExit:
        live = None
    found = difference(parsed("<cib><configuration/></cib>") if live is None else live, wanted, whole=whole)
    sys.stdout.write("\n".join(found or [SAME]) + "\n")
    if found and live is not None:
        try:
            moves = [words(one) for one in actions(simulated(merged(live, wanted, whole=whole)))]
        except SystemExit as error:
            moves = [str(error)]
        sys.stdout.write("".join(f"# {line}\n" for line in moves or ["nothing would be started or stopped"]))
    return 1 if found else 0


def apply(wanted: ET.Element, *, whole: bool = True) -> int:
    """Make the cluster's configuration the wanted one."""

    def changed(live: ET.Element) -> ET.Element | None:
        return merged(live, wanted, whole=whole) if difference(live, wanted, whole=whole) else None

    change(changed)
    return 0 if changed(live_cib()) is None else 1


if __name__ == "__main__":
    VERB = {"compare": compare, "apply": apply}[sys.argv[1]]
    sys.exit(VERB(parsed(sys.stdin.read()), whole="part" not in sys.argv[2:]))
