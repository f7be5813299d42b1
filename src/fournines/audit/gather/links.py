"""Where symbolic links end, found once for each: a chain of thousands is not walked again from every link."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(slots=True)
class Followed:
    """The links that were followed, each with where it ends."""

    ends: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    def end(self, path: str) -> str:
        """What ``os.path.realpath`` says of a path."""
        passed: dict[str, None] = {}
        at = path
        while at not in self.ends:
            if at in passed:  # they lead to one another: the system takes it from where one comes in
                return os.path.realpath(path)
            passed[at] = None
            folder, _, name = at.rpartition("/")
            if folder not in self.folders:
                self.folders[folder] = os.path.realpath(folder or "/")
            here = os.path.join(self.folders[folder], name)  # noqa: PTH118 - thousands of links
            try:
                target = os.readlink(here)  # noqa: PTH115 - as above
            except OSError:  # no link, or nothing at all
                self.ends[at] = here
                break
            if "/" in target or target in (".", ".."):
                self.ends[at] = os.path.realpath(here)
                break
            at = os.path.join(self.folders[folder], target)  # noqa: PTH118 - as above
        self.ends.update(dict.fromkeys(passed, self.ends[at]))
        return self.ends[at]
