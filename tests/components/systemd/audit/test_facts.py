"""What systemd makes of a unit and its drop-ins."""

from __future__ import annotations

from datetime import date

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import gather
from fournines.audit.sources import read
from fournines.components.systemd.audit.facts import Unit, seconds, unit
from fournines.kit.audit.evidence import Evidence


def site(files: dict[str, str]) -> Evidence:
    sources, *_ = read([File(path, text) for path, text in files.items()])
    return gather(sources, today=date(2026, 1, 1), strict=True)[0]


def merged(files: dict[str, str]) -> Unit:
    found = unit(site(files), "db1", "mariadb.service")
    assert found is not None
    return found


MAIN = "[Unit]\nAfter=network.target\n[Service]\nType=notify\nTimeoutStartSec=90\n"


def test_the_last_drop_in_counts() -> None:
    found = merged(
        {
            "db1/lib/systemd/system/mariadb.service": MAIN,
            "db1/etc/systemd/system/mariadb.service.d/a.conf": "[Service]\nTimeoutStartSec=1h\n",
            "db1/etc/systemd/system/mariadb.service.d/b.conf": "[Service]\nTimeoutStartSec=2h\n",
        }
    )
    said = found.last("Service.TimeoutStartSec")
    assert said is not None
    assert (said[0], said[1].path) == ("2h", "db1/etc/systemd/system/mariadb.service.d/b.conf")
    assert found.last("Service.TimeoutSec") is None
    assert not found.drop_in


def test_drop_ins_alone_leave_the_rest_to_the_package() -> None:
    assert merged({"db1/mariadb.service.d/a.conf": "[Service]\nTimeoutStartSec=1h\n"}).drop_in


def test_lists_grow_and_an_empty_value_forgets() -> None:
    folder = "db1/etc/systemd/system/mariadb.service.d"
    grown = merged(
        {
            "db1/lib/systemd/system/mariadb.service": MAIN,
            f"{folder}/a.conf": "[Unit]\nAfter=dbus.service x.target\n",
        }
    )
    assert grown.words("Unit.After") == {"network.target", "dbus.service", "x.target"}
    emptied = merged(
        {
            "db1/lib/systemd/system/mariadb.service": MAIN,
            f"{folder}/a.conf": "[Unit]\nAfter=\nAfter=dbus.service\n",
        }
    )
    assert emptied.words("Unit.After") == {"dbus.service"}


def test_an_instance_is_named_for_its_template() -> None:
    assert unit(site({"db1/mariadb@.service": MAIN}), "db1", "mariadb.service") is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90", 90.0),
        ("1h 30min", 5400.0),
        ("2hours", 7200.0),
        ("500ms", 0.5),
        ("infinity", float("inf")),
        ("0", 0.0),
        ("", None),
        ("soon", None),
        ("5 parsecs", None),
    ],
)
def test_time_spans(text: str, value: float | None) -> None:
    assert seconds(text) == value
