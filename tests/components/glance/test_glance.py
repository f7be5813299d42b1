"""Glance: what it writes, that an image's requests stay together, and that its checks go red."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from urllib.error import HTTPError

import pytest
from tests.components.fixed import file_of
from tests.components.openstack import openstack
from tests.programs import opinion

from fournines.components.glance.component import COMPONENT
from fournines.components.glance.deploy import CONF, PASTE, UNIT
from fournines.components.glance.on_host import image
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, ServiceUser
from fournines.kit.on_host.api import Api
from fournines.kit.probe import Keepsake
from fournines.kit.step import Command
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
WELL = {"uploaded": 4, "downloaded": 4, "same": True, "seconds": 0.5, "hosts": {}}


@pytest.fixture
def context(blog: Site) -> Context:
    return openstack(blog)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


@pytest.mark.parametrize("path", [CONF, PASTE, UNIT])
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_the_configuration_is_hidden_from_strangers(context: Context) -> None:
    conf = file_of(COMPONENT, context, "controller1", CONF)
    assert (conf.mode, conf.owner, conf.group) == (0o640, "root", "glance")


def test_each_listens_on_and_refers_to_its_own_address(context: Context) -> None:
    second = file_of(COMPONENT, context, "controller2", CONF).content
    assert "bind_host = 10.0.0.12" in second
    assert "worker_self_reference_url = http://10.0.0.12:9292" in second


def test_requests_about_an_image_stay_with_the_host_that_has_it(blog: Site) -> None:
    (endpoint,) = [d for d in COMPONENT.declarations(blog) if isinstance(d, Endpoint)]
    assert endpoint.affinity is not None
    path = "/v2/images/6ca4/file"
    assert path.split("/")[endpoint.affinity] == "6ca4"


def test_what_is_lost_with_a_controller_is_said() -> None:
    assert "lost with the controller" in COMPONENT.summary


def test_images_go_into_the_object_store_where_the_site_says_so(blog: Site) -> None:
    """As one user whom no other service is, and what lies in files can still be had."""
    chosen = {**blog.components, "glance": {"store": "objects"}}
    objects = openstack(blog.model_copy(update={"components": chosen}))
    conf = file_of(COMPONENT, objects, "controller1", CONF).content
    assert conf == (GOLDEN / "objects" / Path(CONF).name).read_text()
    users = {one.name: one for one in objects.declared(ServiceUser)}
    assert (users["glance-images"].project, users["glance-images"].roles) == ("images", ("member",))
    assert [one.hosts for one in objects.declared(Keepsake)] == [("controller1", "controller2")]
    promise = check(objects, "glance.image")
    lacking = WELL | {"hosts": {"controller1": "", "controller2": "HTTP Error 204: No Content"}}
    assert promise.verdict({"dashboard": Output(0, json.dumps(lacking))}).outcome is Outcome.FAIL


def test_objects_are_needed_to_have_images_and_not_to_start(blog: Site) -> None:
    chosen = blog.model_copy(update={"components": {"glance": {"store": "objects"}}})
    assert "objects" not in COMPONENT.needed(chosen, 0)
    assert "objects" in COMPONENT.needed(chosen, 1)
    assert "objects" not in COMPONENT.needed_by_all(blog)


def test_the_tables_are_made_on_the_first_host_without_the_apis_time_limits(context: Context) -> None:
    commands = {
        host.name: [s for s in COMPONENT.steps(context, host) if isinstance(s, Command)]
        for host in context.site.controllers
    }
    (sync,) = commands["controller1"]
    assert commands["controller2"] == []
    assert "OS_DATABASE__CONNECTION_PARAMETERS=" in sync.argv
    assert not any(value in " ".join(sync.argv + sync.unless) for value in context.secrets.values())


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, json.dumps(WELL)), Outcome.PASS),
        (Output(0, json.dumps(WELL | {"same": False, "downloaded": 0})), Outcome.FAIL),
        (Output(1, "", "urllib.error.HTTPError: HTTP Error 503: Service Unavailable\n"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_the_image_check_wants_every_byte_back(
    context: Context, answer: Output | None, outcome: Outcome
) -> None:
    assert check(context, "glance.image").verdict({"dashboard": answer}).outcome is outcome


def test_another_configuration_on_one_host_is_seen(context: Context) -> None:
    promise = check(context, "glance.same-secrets")
    contents = {h: file_of(COMPONENT, context, h, CONF).content for h in ("controller1", "controller2")}
    well = {
        h: Output(0, f"{hashlib.sha256(text.encode()).hexdigest()}  {CONF}\n") for h, text in contents.items()
    }
    assert promise.verdict(well).outcome is Outcome.PASS
    swapped = {"controller1": well["controller2"], "controller2": well["controller2"]}
    verdict = promise.verdict(swapped)
    assert verdict.outcome is Outcome.FAIL
    assert "controller1" in verdict.seen
    assert promise.verdict(well | {"controller2": None}).outcome is Outcome.UNKNOWN


class Images(Api):
    """Glance as the image program sees it, logged in; ``spoil`` changes what comes down."""

    def __init__(self, spoil: bytes = b"", fail: str = "") -> None:
        self.spoil, self.fail = spoil, fail
        self.kept: dict[str, bytes] = {}
        self.old = [{"id": "left-over", "created_at": "2020-01-01T00:00:00Z"}]
        self.said: list[str] = []

    def send(self, method: str, url: str, data: bytes | None = None, **headers: str) -> bytes:
        del headers
        path = url.rsplit("9292", maxsplit=1)[-1]
        self.said.append(f"{method} {path}")
        if self.fail and f"{method} {path}".startswith(self.fail):
            raise HTTPError(url, 503, "down", None, None)  # type: ignore[arg-type]
        if "?name=" in path:
            return json.dumps({"images": self.old}).encode()
        if method == "POST":
            return json.dumps({"id": "new"}).encode()
        if method == "PUT":
            self.kept["new"] = data or b""
        return self.kept["new"] + self.spoil if method == "GET" else b""

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> Images:
        """Who logs in meets this one."""
        monkeypatch.setattr(image, "Api", lambda *_: self)
        return self


LOGIN = {"keystone": "https://controller:5000", "glance": "https://controller:9292", "password": "p"}
QUESTION = {**LOGIN, "do": "look", "hosts": {"controller2": "http://10.0.0.12:9292"}}


def test_an_image_goes_up_and_down_and_away(monkeypatch: pytest.MonkeyPatch) -> None:
    images = Images().stand_in(monkeypatch)
    found = image.main(QUESTION)
    assert found["same"] is True
    assert found["hosts"] == {"controller2": ""}
    assert found["downloaded"] == found["uploaded"] == image.SIZE
    assert images.said[-1] == "DELETE /v2/images/new"
    assert "DELETE /v2/images/left-over" in images.said


def test_other_bytes_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    Images(spoil=b"!").stand_in(monkeypatch)
    found = image.main(QUESTION)
    assert found["same"] is False
    assert found["hosts"] == {"controller2": f"{image.SIZE + 1} other bytes"}


def test_a_kept_image_is_had_back_until_it_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    images = Images().stand_in(monkeypatch)
    kept = image.main({**LOGIN, "do": "put", "name": "n"})
    assert kept == {"image": "new", "sha256": hashlib.sha256(images.kept["new"]).hexdigest()}
    asked = {**LOGIN, "do": "get", "kept": kept}
    assert image.main({**asked, "last": False}) == {"same": True, "wrong": ""}
    assert "DELETE /v2/images/new" not in images.said
    images.spoil = b"!"
    assert image.main({**asked, "last": True})["same"] is False
    assert images.said[-1] == "DELETE /v2/images/new"


@pytest.mark.parametrize("fail", ["PUT", "GET /v2/images/new"])
def test_a_failed_transfer_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, fail: str) -> None:
    images = Images(fail=fail).stand_in(monkeypatch)
    with pytest.raises(HTTPError):
        image.main(QUESTION)
    assert images.said[-1] == "DELETE /v2/images/new"


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"glance-api.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/glance-api.conf"]
    spaces = ("glance.api", "glance.store", "keystonemiddleware.auth_token", "oslo.db", "oslo.log")
    for space in (*spaces, "oslo.middleware.http_proxy_to_wsgi", "oslo.messaging"):
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="keepalived")
    errors = [line.removeprefix("ERROR:root:") for line in said.stderr.splitlines() if "ERROR" in line]
    # Groups that are named by an option are in no sample: these four, and nothing else.
    stores = ("glance_store/", "local/", "os_glance_staging_store/", "os_glance_tasks_store/")
    assert [e.split("/")[0] + "/" for e in errors] == list(stores), said.stderr
