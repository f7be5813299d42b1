"""The log of a run."""

from __future__ import annotations

import json
from pathlib import Path

from fournines.engine.events import BarrierWaiting, Finished, StepChanged
from fournines.engine.log import RunLog, log_folder


def test_every_event_is_a_line_of_json_that_only_the_owner_reads(tmp_path: Path) -> None:
    log = RunLog.begin("deploy", "blog", folder=tmp_path / "log")
    log.write(StepChanged(0.5, "web", "one", "file", "/etc/x", "written").to_json())
    log.write(BarrierWaiting(1.0, "web", (("web.up", "one: starting"),)).to_json())
    log.write(Finished(2.0, 1, 2.0).to_json())
    log.close()
    found = [json.loads(line) for line in log.path.read_text().splitlines()]
    assert [line["event"] for line in found] == ["StepChanged", "BarrierWaiting", "Finished"]
    assert found[0]["subject"] == "/etc/x"
    assert found[1]["waiting"] == [["web.up", "one: starting"]]
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert log.path.name.startswith("blog-deploy-2")


def test_root_logs_to_var_log_others_to_their_state_folder() -> None:
    assert log_folder({}, root=True) == Path("/var/log/fournines")
    assert log_folder({"XDG_STATE_HOME": "/s"}, root=False) == Path("/s/fournines/log")
    assert log_folder({"HOME": "/home/o"}, root=False) == Path("/home/o/.local/state/fournines/log")
