"""What probes and drills need of a component, as declarations: where tokens and ledgers are.

A component that is the site's identity, database or broker declares one of these, and is then watched and
read back without a word about it outside its folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fournines.kit.check import Ask, Output

if TYPE_CHECKING:
    from fournines.kit.context import Context


@dataclass(frozen=True, slots=True)
class Identity:
    """Tokens are issued and validated at this endpoint (Identity API v3)."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class TableLedger:
    """A database set aside for a ledger of rows, which a probe writes through an endpoint.

    ``shell`` is the program that runs statements from its input in that database, on any host of the
    endpoint and on that host's own server; it prints bare rows. ``current`` is the statement after which
    that server shows all that the cluster has committed. ``no_quorum`` stands in the answer of a server
    that refuses to write because it is cut off.
    """

    database: str
    endpoint: str
    shell: tuple[str, ...]
    current: str
    no_quorum: str


@dataclass(frozen=True, slots=True)
class QueueLedger:
    """A virtual host of a broker set aside for a ledger of messages in replicated queues.

    ``leaders`` asks a host who leads which queue; ``led_by`` reads the answer: the leader's host by
    (virtual host, queue), nothing if the host did not know.
    """

    vhost: str
    leaders: Callable[[str], Ask]
    led_by: Callable[[Output], Mapping[tuple[str, str], str]]


@dataclass(frozen=True, slots=True)
class ObjectLedger:
    """An object store (Swift's API, v1) in which a probe keeps a ledger of objects, as the administrator.

    ``endpoint`` names the Endpoint; the name of a project's account is ``account`` and the project's id.
    """

    endpoint: str
    account: str


class Again(Protocol):
    """The question for what was put; ``kept`` is what was then answered, ``last`` says that it may go."""

    def __call__(self, context: Context, kept: Mapping[str, object], /, *, last: bool) -> Ask:
        """The question."""


@dataclass(frozen=True, slots=True)
class Keepsake:
    """What a drill gives to a host before it hurts it, and must have back while that host is gone, and after.

    ``put`` is the question that gives it to one of the ``hosts``, ``get`` the one that has it back from
    whoever is left. Both are asked on a client's host and answered by a JSON object (``kit.program``):
    that of ``put`` is handed to ``get``, whose own has ``same``: whether it came back byte for byte. Where
    nobody can say so, the command fails.
    """

    name: str
    hosts: tuple[str, ...]
    put: Callable[[Context, str], Ask]
    get: Again


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for again and again beside what was made for a drill, where a ping would say nothing.

    ``ask`` is a command on the host on which it was made; ``served`` reads its answer: who served it, None if
    nobody did. ``what`` says in words what is asked for, ``kind`` is the kind of client. The next is asked
    ``interval`` seconds after the one before, which is given up after ``timeout`` seconds.
    """

    kind: str
    what: str
    ask: Ask
    served: Callable[[Output], str | None]
    interval: float
    timeout: float


@dataclass(frozen=True, slots=True)
class Reached:
    """An address behind something that is made for a drill, pinged meanwhile and taken away afterwards.

    One of ``hosts`` has it: ``has`` asks each (exit 0: here). The drill takes that one's power; another must
    answer for the address within ``seconds``, and the site be well within ``heal`` after the power's return.

    ``make`` is asked of the host ``at``, or where that is empty of the one on which a client of the site is
    played; it is None in a site where nothing of the kind could be reached. ``address`` reads its answer,
    ``unmake`` does nothing where all is gone. ``asked`` is what a client wants of it beyond a ping.
    ``called`` are the words for it in a sentence, where they are not its name. ``faults`` are what ids of
    faults begin with that are about who serves it: they too are tried where it is.
    """

    name: str
    hosts: tuple[str, ...]
    make: Callable[[Context], Ask | None]
    address: Callable[[Output], str]
    unmake: Callable[[Context], Ask]
    has: Callable[[str], Ask]
    seconds: float
    heal: float
    faults: tuple[str, ...] = ()
    at: str = ""
    asked: Asked | None = None
    called: str = ""

    @property
    def kind(self) -> str:
        """The kind of client that asks for it."""
        return self.asked.kind if self.asked else "ping"

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return self.called or self.name


@dataclass(frozen=True, slots=True)
class BackendsSeen:
    """Which backends a balancer can use, told by the answer to one of its own checks (``check`` is its id).

    ``read`` reads an answer: by endpoint and host, whether the backend is first in line (True) or stands by
    (False); one that is down is not there.
    """

    check: str
    read: Callable[[Output], Mapping[tuple[str, str], bool]]


@dataclass(frozen=True, slots=True)
class Membership:
    """A cluster whose members are lost to one another after some silence, and what its journal says of it.

    ``units`` are those whose journal tells it, on ``hosts``. ``patience`` is for how many seconds of silence
    a member is believed in. ``lost`` stands in a line by which a member is suspected, ``whole`` in one by
    which there is a quorum again (extended regular expressions, pcre2pattern(3)).
    """

    cluster: str
    hosts: tuple[str, ...]
    units: tuple[str, ...]
    patience: float
    lost: str
    whole: str


@dataclass(frozen=True, slots=True)
class Milestones:
    """Lines of a journal by which a takeover can be followed: who was missed, fenced, promoted, started.

    ``units`` are those whose journal tells it, on ``hosts``. Each of ``lines`` is an extended regular
    expression (pcre2pattern(3) and Python's) and what it says in a report, a template of ``re.Match.expand``.
    Of what is said there ``fenced`` is the whole where it is that a host was switched off, ``taken`` where
    something was started on one; their group is that host (Python's expressions).
    """

    hosts: tuple[str, ...]
    units: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    fenced: str = ""
    taken: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """The networks over which the members of a cluster hear each other, the preferred one first."""

    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was on a lost host is started elsewhere only once the others have agreed that it is lost.

    ``seconds`` is how long that takes, from its last sign of life; whoever measures an outage begins there.
    """

    seconds: float
