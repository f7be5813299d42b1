"""The election: against a small model of Galera's quorum, in every state a power loss can leave behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.components.galera.on_host.election import (
    Action,
    Answer,
    Claim,
    Phase,
    Position,
    arbiter_may_join,
    confirm,
    decide,
    stranded_for_good,
)

UUID = "6ebd3f7e-e699-11f1-a891-1a88e521a08a"
OTHER = "11111111-e699-11f1-a891-1a88e521a08a"
ARBITER = "arbiter"


def waiting(seqno: int, *members: str, uuid: str = UUID) -> Answer:
    return Answer(Phase.WAITING, Position(uuid, seqno, frozenset(members)))


def fresh() -> Answer:
    return Answer(Phase.WAITING, Position())


def decision(me: str, answers: dict[str, Answer], order: tuple[str, ...] = ("a", "b")) -> Action:
    mine = answers[me].position
    assert mine is not None
    heard = {name: answer for name, answer in answers.items() if name != me}
    return decide(me, order, mine, heard).action


# --- the model ----------------------------------------------------------------------------------------------


@dataclass
class Model:
    """One cluster: who is in the primary component, what is on whose disk, what was acknowledged."""

    order: tuple[str, ...]
    arbiter: bool
    disk: dict[str, Position] = field(default_factory=dict)
    component: frozenset[str] = frozenset()
    seqno: int = 0
    acknowledged: int = 0

    def __post_init__(self) -> None:
        self.disk = {host: Position() for host in self.order}

    @property
    def data(self) -> frozenset[str]:
        return self.component - {ARBITER}

    @property
    def down(self) -> list[str]:
        return [host for host in self.order if host not in self.component]

    def install(self, members: frozenset[str]) -> None:
        """A new primary component: a position of its own, on every member's disk before it goes on."""
        self.component = members
        if not self.data:  # the arbiter alone starts anew, see arbiter.py
            self.component = frozenset()
            return
        self.seqno += 1
        for host in self.data:
            self.disk[host] = Position(UUID, self.seqno, self.data)

    def write(self, writer: str, on_disk: frozenset[str]) -> None:
        """A write: every member has received it, the writer and whoever is quick have it on disk."""
        if writer not in self.data:
            return
        self.seqno += 1
        self.acknowledged = self.seqno
        for host in self.data & (on_disk | {writer}):
            self.disk[host] = Position(UUID, self.seqno, self.disk[host].members)

    def crash(self, hosts: frozenset[str]) -> None:
        """Hosts vanish; a majority of the component goes on, a minority stops as it is."""
        rest = self.component - hosts
        if 2 * len(rest) > len(self.component):
            if rest != self.component:
                self.install(rest)
        else:
            self.component = frozenset()

    def leave(self, host: str) -> None:
        """A host leaves in good order: it has everything on disk, and who stays needs no majority."""
        if host in self.data:
            self.disk[host] = Position(UUID, self.seqno, self.disk[host].members)
            self.install(self.component - {host})

    def join(self, host: str, *, spoiled: bool) -> None:
        """A host joins who is primary; a state transfer that breaks off leaves it without data."""
        if not self.data or host in self.component:
            return
        if spoiled:
            self.disk[host] = Position(members=self.disk[host].members)
        else:
            extra = {ARBITER} if self.arbiter else set()
            self.install(self.component | {host} | extra)

    def forget(self, host: str) -> None:
        """A record could not be written and was removed."""
        where = self.disk[host]
        if where.uuid:
            self.disk[host] = Position(where.uuid, where.seqno, None)

    def elect(self, alive: frozenset[str]) -> None:
        """Those who are down and alive decide, and the one that may bootstraps."""
        if self.component:
            return
        winners = self.winners(alive)
        if winners:
            (winner,) = winners
            self.seqno = max(self.seqno, self.disk[winner].seqno)
            self.install(frozenset({winner, ARBITER} if self.arbiter else {winner}))

    def winners(self, alive: frozenset[str]) -> set[str]:
        answers = {host: Answer(Phase.WAITING, self.disk[host]) for host in self.order if host in alive}
        return {me for me in answers if decision(me, answers, self.order) is Action.CLAIM}

    def form(self) -> None:
        """The first deployment, to its end."""
        self.elect(frozenset(self.order))
        for host in self.order:
            self.join(host, spoiled=False)

    def check(self) -> None:
        """In this state, whoever of those that are down hears whomever of them."""
        winners = {
            w
            for n in range(1, len(self.down) + 1)
            for c in combinations(self.down, n)
            for w in self.winners(frozenset(c))
        }
        if self.component:
            assert not winners, "nobody bootstraps beside a primary component, heard of or not"
            return
        for winner in winners:
            assert self.disk[winner].seqno >= self.acknowledged or not self.acknowledged
        assert len(winners) <= 1, "who wins does not depend on who is heard"
        assert self.winners(frozenset(self.order)), "with all hosts back, one bootstraps"


HOSTS = ("a", "b", "c")
some = st.frozensets(st.sampled_from((*HOSTS, ARBITER)))
one = st.sampled_from(HOSTS)
events = st.one_of(
    st.tuples(st.just("write"), one, some),
    st.tuples(st.just("crash"), some),
    st.tuples(st.just("leave"), one),
    st.tuples(st.just("join"), one, st.booleans()),
    st.tuples(st.just("elect"), some),
    st.tuples(st.just("forget"), one),
    st.tuples(st.just("power loss")),
)


@settings(max_examples=300, deadline=None)
@given(
    size=st.integers(1, 3), formed=st.booleans(), arbiter=st.booleans(), history=st.lists(events, max_size=25)
)
def test_no_history_ends_in_a_fork_a_lost_write_or_a_standstill(
    size: int,
    formed: bool,  # noqa: FBT001 - drawn
    arbiter: bool,  # noqa: FBT001 - drawn
    history: list[tuple[object, ...]],
) -> None:
    model = Model(HOSTS[:size], arbiter)
    model.check()
    if formed:
        model.form()
    for event in history:
        match event:
            case ("write", str(host), frozenset() as quick):
                model.write(host, quick)
            case ("crash", frozenset() as hosts):
                model.crash(hosts)
            case ("leave", str(host)):
                model.leave(host)
            case ("join", str(host), bool(spoiled)) if host in model.order:
                model.join(host, spoiled=spoiled)
            case ("elect", frozenset() as alive):
                model.elect(alive)
            case ("forget", str(host)) if host in model.order:
                model.forget(host)
            case ("power loss",):
                model.component = frozenset()
        model.check()


# --- the cases one should know by heart ---------------------------------------------------------------------


def test_the_first_of_the_site_bootstraps_once_all_have_said_that_they_are_empty() -> None:
    assert decision("a", {"a": fresh()}) is Action.WAIT
    assert decision("a", {"a": fresh(), "b": fresh()}) is Action.CLAIM
    assert decision("b", {"a": fresh(), "b": fresh()}) is Action.WAIT


def test_a_replaced_host_neither_bootstraps_nor_keeps_the_other_from_it() -> None:
    answers = {"a": fresh(), "b": waiting(9, "a", "b")}
    assert decision("a", answers) is Action.WAIT
    assert decision("b", answers) is Action.CLAIM


def test_the_host_that_stayed_longest_needs_nobody_and_the_one_that_left_waits_for_it() -> None:
    assert decision("b", {"b": waiting(9, "b")}) is Action.CLAIM
    assert decision("a", {"a": waiting(7, "a", "b")}) is Action.WAIT
    assert decision("a", {"a": waiting(7, "a", "b"), "b": waiting(9, "b")}) is Action.WAIT


def test_a_missing_record_of_the_last_component_asks_for_everybody() -> None:
    mine = Answer(Phase.WAITING, Position(UUID, 9, None))
    assert decision("a", {"a": mine}) is Action.WAIT
    assert decision("a", {"a": mine, "b": waiting(3, "a", "b")}) is Action.CLAIM


def test_two_histories_are_for_a_person_to_choose_from() -> None:
    answers = {"a": waiting(9, "a"), "b": waiting(9, "b", uuid=OTHER)}
    assert decision("a", answers) is Action.WAIT
    assert decision("b", answers) is Action.WAIT


def test_data_that_was_lost_after_going_on_alone_is_not_replaced_by_older_data() -> None:
    gone = Answer(Phase.WAITING, Position(members=frozenset({"b"})))
    assert decision("a", {"a": waiting(5, "a", "b"), "b": gone}) is Action.WAIT
    broken_off = Answer(Phase.WAITING, Position(members=frozenset({"a", "b"})))
    assert decision("a", {"a": waiting(5, "a", "b"), "b": broken_off}) is Action.CLAIM


def test_all_spoiled_is_for_a_person() -> None:
    gone = Answer(Phase.WAITING, Position(members=frozenset({"a", "b"})))
    assert decision("a", {"a": gone, "b": gone}) is Action.WAIT


def test_joins_whoever_is_primary_whatever_its_own_position() -> None:
    assert decision("a", {"a": waiting(9, "a"), "b": Answer(Phase.PRIMARY)}) is Action.JOIN
    assert decision("a", {"a": fresh(), "b": Answer(Phase.PRIMARY)}) is Action.JOIN


def test_waits_for_those_who_are_on_their_way_or_say_nothing_of_their_data() -> None:
    for phase in set(Phase) - {Phase.PRIMARY, Phase.WAITING, Phase.CLAIMING}:
        assert decision("a", {"a": waiting(9, "a", "b"), "b": Answer(phase)}) is Action.WAIT


@given(st.sets(st.sampled_from(HOSTS)), one)
def test_of_several_claimers_exactly_the_first_goes_and_only_when_the_others_have_given_way(
    claiming: set[str], me: str
) -> None:
    heard = {h: Answer(Phase.CLAIMING, Position(UUID, 1, None)) for h in claiming - {me}}
    verdicts = {
        claimer: confirm(claimer, HOSTS, {h: Answer(Phase.CLAIMING) for h in (claiming | {me}) - {claimer}})
        for claimer in claiming | {me}
    }
    assert sum(v is not Claim.WITHDRAW for v in verdicts.values()) == 1
    assert (confirm(me, HOSTS, heard) is Claim.GO) == (not heard)


def test_a_claim_is_withdrawn_before_a_bootstrap_or_a_primary() -> None:
    for phase in (Phase.PRIMARY, Phase.BOOTSTRAPPING, Phase.CATCHING_UP):
        assert confirm("a", HOSTS, {"b": Answer(phase)}) is Claim.WITHDRAW


@given(st.dictionaries(one, st.sampled_from(Phase)))
def test_the_arbiter_joins_a_component_that_no_data_host_is_joining(phases: dict[str, Phase]) -> None:
    on_their_way = {p for p in Phase if p not in (Phase.PRIMARY, Phase.STRANDED, Phase.DOWN)}
    told = set(phases.values())
    heard = {host: Answer(phase) for host, phase in phases.items()}
    assert arbiter_may_join(heard) == (Phase.PRIMARY in told and not told & on_their_way)


def test_a_host_without_quorum_restarts_only_when_galera_cannot_heal_it() -> None:
    both = frozenset({"a", "b"})
    assert stranded_for_good("a", both, {"b": waiting(3, "a", "b")})
    assert stranded_for_good("a", frozenset({"a"}), {})
    assert not stranded_for_good("a", both, {})
    assert not stranded_for_good("a", both, {"b": Answer(Phase.STRANDED)})
    assert not stranded_for_good("a", both, {"b": Answer(Phase.PRIMARY)})
    assert not stranded_for_good("a", both, {"b": Answer(Phase.BOOTSTRAPPING)})
    assert not stranded_for_good("a", both, {"b": Answer(Phase.CATCHING_UP)})
    assert not stranded_for_good("a", None, {"b": waiting(3, "a", "b")})
    assert not stranded_for_good("a", frozenset({"b"}), {"b": waiting(3, "b")})
