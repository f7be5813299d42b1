"""The machine-readable report: a page with several blocks is one file."""

from __future__ import annotations

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.audit.show.json import as_dict

_PAGE = """\
# Setup

```
pcs property set stonith-enabled=false
```

Then:

```
pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20
```

```
pcs resource create web systemd:nginx
```
"""


def test_blocks_of_a_page_are_one_file() -> None:
    said = as_dict(audit([File("setup.md", _PAGE)], strict=True))
    assert [file["path"] for file in said["files"]] == ["setup.md"]
    assert said["summary"]["files"] == 1
