"""Pages in reStructuredText: their literal blocks, the files these are, and the lines of the page."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.pages.rst import as_markdown
from fournines.audit.run import audit
from fournines.audit.sources import read

PAGE = """\
========
HA setup
========

#. Edit the ``/etc/keepalived/keepalived.conf`` file:

   .. code-block:: ini
      :linenos:

      vrrp_instance V {
          state PEER
          virtual_router_id 5
          virtual_ipaddress {
              10.0.0.20
          }
      }

   .. note::

      keepalived reads its file once.
          vrrp_instance X { state PEER

Then run::

    # pcs cluster setup c c1 c2 c3
    # pcs property set stonith-enabled=false

On the second host
~~~~~~~~~~~~~~~~~~
"""


def test_literal_blocks_are_files_and_commands() -> None:
    sources = read([File("doc/install.rst", PAGE)]).sources
    assert [(source.kind, source.name, source.at(1).line) for source in sources] == [
        ("keepalived.conf", "/etc/keepalived/keepalived.conf", 8),
        ("commands", "", 25),
    ]


def test_findings_have_the_lines_of_the_page() -> None:
    found = {(f.rule, f.at.line) for f in audit([File("install.rst", PAGE)], strict=True).findings}
    assert {("KA032", 11), ("PA001", 26)} <= found
    assert not any(line > 26 or 17 < line < 23 for _, line in found)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Title\n=====\n", "# Title\n\n"),
        ("Say::\n\n  a\n\n  b\n\nend", "Say::\n```\n  a\n\n  b\n```\nend"),
        (".. code-block:: sh\n\n   a", "```sh\n\n   a"),
        (".. code::\n   :caption: a.cfg\n\n   b\n\nc", "```a.cfg\n\n\n   b\n```\nc"),
        (".. note::\n\n   prose\n", ".. note::\n\nprose\n"),
        ("Say::\n  no blank line\n", "Say::\nno blank line\n"),
        ("Say::\n\n  a\nno blank line behind\n", "Say::\n\na\nno blank line behind\n"),
        ("``````\n", "\n"),
        ("::", "::"),
        ("", ""),
    ],
)
def test_line_by_line(text: str, made: str) -> None:
    assert as_markdown(text) == made
    assert made.count("\n") == text.count("\n")
