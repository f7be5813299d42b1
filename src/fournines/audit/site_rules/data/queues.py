"""Where the services' queues live, as brokers and services together decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.data.messaging import broker_count, services_told
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.rabbitmq.audit.facts import Definitions, Joined, Policy, brokers, major
from fournines.components.rabbitmq.audit.rules.policies import fits_other, works
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.rabbitmq.audit.facts import BrokerSetting
    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_REMOVED_MIRRORS = 4
_ALL = "[DEFAULT]\ntransport_url = rabbit://nova:s3cret@mq1:5672,nova:s3cret@mq2:5672,nova:s3cret@mq3:5672/\n"
_QUORUM = "[oslo_messaging_rabbit]\nrabbit_quorum_queue = true\n"


def queue_types(site: Evidence) -> tuple[BrokerSetting, ...]:
    """Every place where brokers are told what kind of queue to make for who asks for none."""
    confs = tuple(said for broker in brokers(site) if (said := broker.get("default_queue_type")))
    return (*confs, *(said for one in site.all(Definitions) for said in one.queue_types))


@rule(
    "RM003",
    Severity.ERROR,
    "The services' queues live on one broker each",
    consequence=Consequence.DATA,
    why="a classic queue is on the broker it was declared on: with it go its messages, and calls time out "
    "until the "
    "services have declared it anew",
    fix="rabbit_quorum_queue = true and rabbit_transient_quorum_queue = true in [oslo_messaging_rabbit]",
    source="oslo.messaging, impl_rabbit.py: rabbit_quorum_queue is off by default; RabbitMQ documentation, "
    "Quorum "
    "Queues",
    bad={"ctl1/nova.conf": _ALL, "setup.sh": "#!/bin/sh\nrabbitmqctl join_cluster rabbit@mq1\n"},
    good={"ctl1/nova.conf": _ALL + _QUORUM, "setup.sh": "#!/bin/sh\nrabbitmqctl join_cluster rabbit@mq1\n"},
    points_at="transport_url = rabbit://nova:***@mq1:5672,nova:***@mq2:5672,nova:***@mq3:5672/",
)
def no_copies(site: Evidence) -> Iterator[Hit | Unknown]:
    if broker_count(site) < _PAIR:
        return
    alone = []
    for conf, option, _ in services_told(site):
        quorum = conf.rabbit("rabbit_quorum_queue")
        if not conf.excerpt and not (quorum and quorum.on):
            alone.append(option.at)
    release = major(site)
    mirrored = any(policy.mirrors for policy in site.all(Policy)) and (release or 0) < _REMOVED_MIRRORS
    made = {said.value for said in queue_types(site)}
    if mirrored or "quorum" in made:
        return
    declared = [at for one in site.all(Definitions) for at in one.classic]
    if declared:
        many = f"{len(declared)} durable queue{'s' * (len(declared) > 1)}"
        what = f"{many} declared here, of which nothing makes copies"
        yield Hit(declared[0], what, tuple(declared[1:]), fix=_DECLARED)
    none = [at for one in site.all(Definitions) if (at := one.no_policies)]
    asked = any((q := conf.rabbit("rabbit_quorum_queue")) and q.on for conf, _, _ in services_told(site))
    if none and not declared and not alone and not asked and not site.all(Policy):
        what = "no policy at all, and no quorum queues by default"
        yield Hit(none[0], what, tuple(none[1:]), _UNLESS, _NO_POLICY, severity=Severity.WARNING)
    if not alone:
        return
    seen = (*site.all(Policy), *site.all(Joined), *site.all(Definitions))
    if (release or 0) >= _REMOVED_MIRRORS or seen:
        yield Hit(alone[0], "neither quorum queues nor a mirroring policy", related=tuple(alone[1:]))
    else:
        yield Unknown(
            alone[0],
            "whether queues have copies: none of these files sets a policy, and brokers keep their own",
        )


_UNLESS = (
    "unless its clients ask for quorum queues themselves, each queue lives on one broker, and what is in it "
    "goes with it"
)
_NO_POLICY = (
    "default_queue_type = quorum, or quorum queues asked for by the clients; before RabbitMQ 3.8 a policy "
    "with ha-mode and ha-sync-mode"
)
_DECLARED = (
    '"arguments": {"x-queue-type": "quorum"} for each of them, or default_queue_type of their virtual host'
)
_CLASSIC = "[oslo_messaging_rabbit]\nrabbit_quorum_queue = false\n"
_BROKER = "cluster_partition_handling = pause_minority\ndefault_queue_type = quorum\n"


@rule(
    "RM024",
    Severity.WARNING,
    "The virtual host and its clients want different queues",
    consequence=Consequence.DATA,
    why="a queue that is not durable cannot be a quorum queue: whatever the virtual host's default is, it "
    "stays a classic one on one broker; one that is redeclared with another type is refused",
    fix="rabbit_quorum_queue = true and rabbit_transient_quorum_queue = true in every service",
    source="rabbitmq-server, rabbit_amqqueue:augment_declare_args/5: only compatible queues get the default "
    "type; oslo.messaging, rabbit_quorum_queue, amqp_durable_queues",
    bad={"mq1/rabbitmq.conf": _BROKER, "ctl1/nova.conf": _ALL + _CLASSIC},
    good={"mq1/rabbitmq.conf": _BROKER, "ctl1/nova.conf": _ALL + _QUORUM},
    points_at="rabbit_quorum_queue = false",
)
def types_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    defaults = queue_types(site)
    wanted = {said.value for said in defaults}
    for conf, option, _ in services_told(site) if len(wanted) == 1 else ():
        quorum, durable = conf.rabbit("rabbit_quorum_queue"), conf.rabbit("amqp_durable_queues")
        at, others = (quorum.at if quorum else option.at), tuple(said.at for said in defaults[:1])
        if (
            wanted == {"quorum"}
            and not conf.excerpt
            and not (quorum and quorum.on)
            and not (durable and durable.on)
        ):
            yield Hit(
                at, f"the brokers' default is quorum, and the queues of {conf.service} are classic", others
            )
        elif (
            wanted == {"quorum"}
            and (mirrored := conf.rabbit("rabbit_ha_queues"))
            and mirrored.on
            and not (quorum and quorum.on)
        ):
            what = f"the brokers' default is quorum, and {conf.service} asks for mirrored queues"
            yield Hit(mirrored.at, what, others, why=_MIRRORED)
        elif wanted == {"classic"} and quorum and quorum.on:
            what = f"the brokers' default is classic, and {conf.service} asks for quorum queues"
            why = "each service alone decides whether its queues have copies"
            yield Hit(at, what, others, why=why, severity=Severity.INFO)


_MIRRORED = (
    "rabbit_ha_queues makes no mirrors, and is refused beside rabbit_quorum_queue: replies and fanouts stay "
    "classic queues on one broker each, whatever the brokers' default is"
)
_IMPORTED = '{"rabbit_version": "3.13.7", "vhosts": [\n{"name": "/", "default_queue_type": "%s"}\n]}\n'


@rule(
    "RM027",
    Severity.WARNING,
    "A virtual host keeps another queue type than the brokers' own",
    consequence=Consequence.DATA,
    why="default_queue_type of rabbitmq.conf is for virtual hosts that have none: one that the definitions "
    "bring along with a type of its own keeps that, and its queues have no copies",
    fix="the same default_queue_type in the definitions' virtual hosts, or none there",
    source="RabbitMQ documentation, Virtual Hosts: Default Queue Type; Definitions",
    bad={"mq1/rabbitmq.conf": _BROKER, "mq1/definitions.json": _IMPORTED % "classic"},
    good={"mq1/rabbitmq.conf": _BROKER, "mq1/definitions.json": _IMPORTED % "quorum"},
    points_at='{"name": "/", "default_queue_type": "classic"}',
)
def virtual_host_differs(site: Evidence) -> Iterator[Hit | Unknown]:
    confs = [said for broker in brokers(site) if (said := broker.get("default_queue_type"))]
    own = {said.value for said in confs}
    for defined in site.all(Definitions) if len(own) == 1 else ():
        other = next((said for said in defined.queue_types if said.value not in own), None)
        if other:
            losing = "quorum" in own
            yield Hit(
                other.at,
                f"{other.value} here, and {confs[0].value} in {confs[0].at.path}",
                related=(confs[0].at,),
                why="" if losing else "which of the two a queue gets depends on the virtual host it is in",
                severity=None if losing else Severity.INFO,
            )


_POLICY = 'rabbitmqctl set_policy ha \'^(?!amq\\.).*\' \'{"ha-mode":"all","ha-sync-mode":"automatic"}\'\n'
_JOIN = "#!/bin/sh\nrabbitmqctl join_cluster rabbit@mq1\n"
_ASKED = _ALL + "[oslo_messaging_rabbit]\nrabbit_ha_queues = true\n"


@rule(
    "RM026",
    Severity.WARNING,
    "Services ask for mirrors that no broker makes",
    consequence=Consequence.DATA,
    why="rabbit_ha_queues sends x-ha-policy with each queue, which brokers since 3.0 do not read: without a "
    "policy that fits, every queue is on one broker and goes with it",
    fix="rabbit_quorum_queue = true; before RabbitMQ 3.8 a policy with ha-mode and ha-sync-mode",
    source="oslo.messaging, help of rabbit_ha_queues; RabbitMQ 3.0 release notes: x-ha-policy is ignored",
    bad={"ctl1/nova.conf": _ASKED, "setup.sh": _JOIN},
    good={"ctl1/nova.conf": _ASKED, "setup.sh": _JOIN + _POLICY},
    points_at="rabbit_ha_queues = true",
)
def asked_in_vain(site: Evidence) -> Iterator[Hit | Unknown]:
    policies = site.all(Policy)
    gone = (major(site) or 0) >= _REMOVED_MIRRORS
    known = gone or any((policies, site.all(Joined), site.all(Definitions)))
    if not known or (not gone and any(works(policy) for policy in policies)):
        return
    asked = [said for conf in site.all(OsloConf) if (said := conf.rabbit("rabbit_ha_queues")) and said.on]
    if asked:
        what = "rabbit_ha_queues is on, and no policy here mirrors a queue of a service"
        yield Hit(asked[0].at, what, related=tuple(said.at for said in asked[1:]))


_MANUAL = _JOIN + _POLICY.replace("^(?!amq\\.).*", "^ha\\.")


@rule(
    "RM032",
    Severity.ERROR,
    "A mirroring policy for queues that these services do not have",
    consequence=Consequence.DATA,
    why="a policy is for queues whose names its pattern fits; ^ha\\. is the manual's example, and no service "
    "of OpenStack calls a queue so: each lives on one broker and goes with it",
    fix="rabbit_quorum_queue = true; before RabbitMQ 3.8 the pattern ^(?!amq\\.).*",
    source="RabbitMQ documentation, Policies; oslo.messaging, names of topics and fanouts",
    bad={"ctl1/nova.conf": _ALL, "setup.sh": _MANUAL},
    good={"ctl1/nova.conf": _ALL, "setup.sh": _JOIN + _POLICY},
    points_at=_MANUAL.split("\n")[2],
)
def for_other_queues(site: Evidence) -> Iterator[Hit | Unknown]:
    told = [(conf, option) for conf, option, _ in services_told(site) if not conf.excerpt]
    classic = [o for conf, o in told if not ((said := conf.rabbit("rabbit_quorum_queue")) and said.on)]
    mirrors = [policy for policy in site.all(Policy) if policy.mirrors]
    if not classic or "quorum" in {said.value for said in queue_types(site)}:
        return
    if mirrors and all(fits_other(policy) for policy in mirrors):
        for policy in mirrors:
            what = f"{policy.name or 'the policy'} mirrors {policy.pattern}: no queue of these services"
            yield Hit(policy.at, what, related=(classic[0].at,))
