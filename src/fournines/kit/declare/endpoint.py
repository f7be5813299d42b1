"""What clients reach: endpoints behind the VIPs, and what stands between."""

from __future__ import annotations

from dataclasses import dataclass

from fournines.spec.model import Visibility


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How a balancer asks a backend whether it works.

    ``port`` is where to ask when that is not the service's own port; ``expect`` is the HTTP status
    (or a comma list) that means healthy. ``every`` is for a question that is dear to answer: how many
    seconds a balancer lets pass between two of them, in place of what it thinks fit for all others. A
    program that hangs is found that much later; one that is gone refuses connections and costs nobody a
    request either way.

    ``alive`` is for a program that works on few requests at once: one more of them is no question to it, for
    it waits as long as all others do. It is a port of its own at which the program answers any path with 200
    whatever it is busy with, 404 when it is about to end, and nothing when it hangs. Balancers and cluster
    managers ask there; the page at ``path`` is left to whoever has the patience for it.
    """

    path: str
    expect: str = "200"
    port: int | None = None
    method: str = "GET"
    every: float | None = None
    alive: int | None = None

    @property
    def asked_at(self) -> int | None:
        """The port that a balancer asks at, when that is not the service's own."""
        return self.alive or self.port


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service behind the VIP: it listens on its hosts' own address, the balancer on the VIP's.

    ``port`` is the VIP's, and the hosts' too unless ``backend_port`` says otherwise. Both are opened where
    they belong without a ``FirewallPort``: the VIP's to everybody, the hosts' (and ``health.port``) to the
    cluster network. ``single_writer`` sends everything to one host at a time, the others standing by.
    ``one_host`` says that it runs on one of ``hosts`` at a time, and a cluster manager on which; its program
    takes ``loads`` seconds to answer where it is started.
    ``greets`` stands in what a server of another protocol than HTTP says first, to whoever connects.
    ``tls`` means that the balancer ends TLS on the VIP; behind it there is none. ``hosts`` are host names.
    ``affinity`` is a part of the path, counted from 1: requests that agree in it go to the same host while
    that lives (3 is ``ID`` in ``/v2/images/ID/file``); requests whose path is shorter go anywhere.
    ``visible`` says for whom it is: it is served on the VIPs that serve any of these, and nowhere else.
    ``timeout_server`` is how many seconds a backend may be silent; ``tunnel`` the same for both sides once a
    connection was upgraded (websockets: a console that nobody types at).
    """

    name: str
    port: int
    hosts: tuple[str, ...]
    health: HealthCheck | None
    http: bool = True
    tls: bool = True
    single_writer: bool = False
    timeout_server: float = 60.0
    affinity: int | None = None
    visible: tuple[Visibility, ...] = tuple(Visibility)
    backend_port: int | None = None
    tunnel: float | None = None
    one_host: bool = False
    loads: float = 0.0
    greets: str | None = None

    @property
    def listens(self) -> int:
        """The port on each host's own address."""
        return self.backend_port or self.port


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """A PEM file (key, certificate, chain) on the controllers, for whoever ends TLS on the VIPs."""

    path: str


@dataclass(frozen=True, slots=True)
class VipCondition:
    """What must work on a host for that host to hold the VIP.

    ``flag`` is a file on the host: ``0`` while the program runs, anything else once it is gone.
    ``answers`` and ``serves`` are URLs on the host that give 200 while the program reacts at all, and
    while what it leads to can be used. ``settles`` is how many seconds the program itself needs at worst
    to route around something dead behind it: whoever watches ``serves`` must be slower than that.
    """

    name: str
    flag: str
    answers: str
    serves: str
    settles: float
