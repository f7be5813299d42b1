"""RabbitMQ's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rabbitmq.model import (
    BROKERS,
    DATA,
    DIST_PORT,
    LOCAL,
    PORT,
    STREAM_PORTS,
    UNIT,
    Options,
    eval_argv,
    node,
)
from fournines.kit.common.clustered import service_unit
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser
from fournines.kit.step import Command, Directory, File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/rabbitmq/rabbitmq.conf"
ADVANCED = "/etc/rabbitmq/advanced.config"
ENV = "/etc/rabbitmq/rabbitmq-env.conf"
COOKIE = "/var/lib/rabbitmq/.erlang.cookie"
DROPIN = "/etc/systemd/system/rabbitmq-server.service.d/fournines.conf"

_PARSE_CONF = """\
% the schema of the broker alone: those of its plugins, of which the file says nothing, take twice as long
P = "/usr/lib/rabbitmq/lib/*/plugins/*/",
[code:add_path(D) || D <- filelib:wildcard(P ++ "ebin")],
Say = fun(T) -> io:format(standard_error, "~s~n", [T]) end,
[File] = init:get_plain_arguments(),
case cuttlefish_conf:file(File) of
  {errorlist, Es} -> [Say(cuttlefish_error:xlate(E)) || {error, E} <- Es], halt(1);
  C ->
    Schema = cuttlefish_schema:files(filelib:wildcard(P ++ "priv/schema/rabbit.schema")),
    case cuttlefish_generator:map(Schema, C) of
      {error, _, {errorlist, Es}} -> [Say(cuttlefish_error:xlate(E)) || {error, E} <- Es], halt(1);
      L when is_list(L) -> halt(0)
    end
end."""
_PARSE_TERMS = """\
[File] = init:get_plain_arguments(),
case file:consult(File) of
  {ok, [L]} when is_list(L) -> halt(0);
  {ok, _} -> io:format(standard_error, "not one list~n", []), halt(1);
  {error, E} -> io:format(standard_error, "~s~n", [file:format_error(E)]), halt(1)
end."""


def _erl(program: str) -> tuple[str, ...]:
    """The broker's own parser on a staged file; RabbitMQ has no command for that."""
    return ("erl", "-boot", "no_dot_erlang", "-noinput", "-eval", program, "-extra", "{}")


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A broker with the others' names and the shared cookie in place before its first start.

    The first start waits for the others (classic peer discovery): all brokers must start at once. The only
    one, where it moves, has a name that goes with its data, and is left to the cluster manager.
    """
    options = context.options("rabbitmq", Options)
    moves, brokers = options.moves_in(context.site), options.brokers(context.site)
    if not brokers.has(context.site, host):
        return
    yield Packages(("rabbitmq-server",))
    if moves:
        yield Directory(DATA, owner="rabbitmq", group="rabbitmq", mode=0o750)
    yield File(
        COOKIE,
        context.secret("rabbitmq/cookie"),
        mode=0o400,
        owner="rabbitmq",
        group="rabbitmq",
        secret=True,
    )
    name = LOCAL if moves else host.name
    yield File(ENV, context.render("rabbitmq", "rabbitmq-env.conf.j2", name=name, port=DIST_PORT))
    address = str(context.site.address(host))
    conf = context.render(
        "rabbitmq",
        "rabbitmq.conf.j2",
        address=address,
        port=PORT,
        names=[LOCAL] if moves else brokers.names(context.site),
        options=options,
    )
    yield File(CONF, conf, validate=_erl(_PARSE_CONF))
    heard = "127.0.0.1" if moves else address  # by other brokers, of which it has none
    advanced = context.render(
        "rabbitmq", "advanced.config.j2", address=heard, options=options, stream_ports=STREAM_PORTS
    )
    yield File(ADVANCED, advanced, validate=_erl(_PARSE_TERMS))
    dropin = "rabbitmq-server.service.d_fournines.conf.j2"
    volume = DATA if moves else None
    yield File(DROPIN, context.render("rabbitmq", dropin, options=options, volume=volume))
    unit = Unit(
        UNIT,
        restart_on=(COOKIE, ENV, CONF, ADVANCED),
        rolling=True,
        packages=("rabbitmq-server", "erlang-base"),
    )
    yield from service_unit(context, unit)


def accounts(context: Context, host: Host) -> Iterator[Step]:
    """What exists once in the running cluster: its metadata's home, vhosts and accounts."""
    site, options = context.site, context.options("rabbitmq", Options)
    brokers = options.brokers(site)
    if options.moves_in(site):
        if brokers.has(site, host):
            yield from _metadata(LOCAL, 1)
            yield from _accounts(context, LOCAL)
    elif host == brokers.first(site):
        yield from _metadata(host, len(brokers(site)))
        yield from _strangers(context, host)
        yield from _accounts(context, host)


def _metadata(host: Host | str, count: int) -> Iterator[Step]:
    yield Command(
        "metadata in Khepri",
        argv=_holds(host),
        stdin=move_to_khepri(count),
        unless=_unless(host),
        unless_stdin='rabbit_khepri:is_enabled() andalso io:format("holds~n").\n',
        timeout=180,
    )


def _strangers(context: Context, host: Host) -> Iterator[Step]:
    yield Command(
        "brokers that left are forgotten",
        argv=(
            "sh",
            "-c",
            f"{' '.join(eval_argv(host))} | {_NODES_ONLY} | xargs -r -n 1 rabbitmqctl -q forget_cluster_node",
        ),
        stdin=_each_stranger(context, "~s~n") + ".\n",
        unless=_holds(host),
        unless_stdin=_each_stranger(context, "- broker ~s: forgotten, the site does not have it any more~n")
        + ',\nGone =:= [] andalso io:format("holds~n").\n',
        timeout=180,
        shows=True,
    )


def _accounts(context: Context, host: Host | str) -> Iterator[Step]:
    users = context.declared(MessageUser)
    passwords = {user.user: context.secret(user.password) for user in users}
    yield Command(
        "vhosts and accounts",
        argv=_holds(host),
        stdin=create_users(users, passwords),
        unless=_unless(host),
        unless_stdin=users_exist(users, passwords),
        shows=True,
    )


_NODES_ONLY = f"grep '^{node('')}'"
"""erl_call prints the expression's value as well."""


def _each_stranger(context: Context, line: str) -> str:
    """Erlang that prints a line for each member of the cluster that is no broker of the site."""
    everyone = ", ".join(f"'{node(broker)}'" for broker in BROKERS(context.site))
    return f"""\
Gone = rabbit_nodes:list_members() -- [{everyone}],
[io:format("{line}", [N]) || N <- Gone]"""


def _unless(host: Host | str) -> tuple[str, ...]:
    """The same as a guard; a broker that moves is asked where it runs, elsewhere nothing is to be done."""
    if host != LOCAL:
        return _holds(host)
    *shell, script = _holds(host)
    return (*shell, f'[ "$(systemctl is-active {UNIT})" != active ] && exit 0; {script}')


def _holds(host: Host | str) -> tuple[str, ...]:
    """Evaluate what stands on stdin in the broker; exit 0 when it prints ``holds``.

    Of the rest only lines that begin with ``- `` go to standard output: they are shown.

    ``erl_call`` takes 50 ms where ``rabbitmqctl eval`` takes a second of CPU, and secrets on its stdin stay
    out of every list of processes. Its own exit code is 0 whatever the broker says, hence the word.
    """
    said = f'said=$({" ".join(eval_argv(host))}); echo "$said" >&2'
    return ("sh", "-c", f'{said}; echo "$said" | grep \'^- \'; echo "$said" | grep -qx holds')


_MADE = """\
Auth = rabbit_auth_backend_internal,
Tags = fun(U) -> lists:append([proplists:get_value(tags, P)
    || P <- Auth:list_users(), proplists:get_value(user, P) =:= U]) end,
Made = [U || P <- Auth:list_users(), U <- [proplists:get_value(user, P)], lists:member(fournines, Tags(U))],
"""
"""The accounts that carry our tag: those we made. RabbitMQ has four tags that give rights; this is none."""


def move_to_khepri(brokers: int) -> str:
    """Erlang that moves the metadata to Khepri once this many brokers run: enabling it needs every member.

    What ``rabbitmqctl await_online_nodes`` and ``rabbitmqctl enable_feature_flag --opt-in khepri_db`` call.
    A broker that is slow to answer (seen with a load of 25 on two processors) ends the move with
    ``{error, timeout}``; it is begun anew then.
    """
    return f"""\
ok = rabbit_nodes:await_running_count({brokers}, 120000),
Move = fun Again(Times) -> case rabbit_feature_flags:enable(khepri_db) of
    {{error, timeout}} when Times > 0 -> Again(Times - 1);
    Moved -> Moved
  end end,
ok = Move(5),
io:format("holds~n").
"""


def users_exist(users: tuple[MessageUser, ...], passwords: dict[str, str]) -> str:
    """Erlang that prints ``holds`` when the declared accounts can log in and use their vhost, and no more do.

    It prints a line for each account that we made and nobody declares any more.
    """
    return f"""\
{_MADE}Full = fun(V, U) -> lists:any(fun(P) ->
    [U | [<<".*">> || _ <- [1, 2, 3]]] =:= [proplists:get_value(K, P) || K <- [user, configure, write, read]]
  end, Auth:list_vhost_permissions(V)) end,
Login = fun(U, P) -> element(1, rabbit_access_control:check_user_pass_login(U, P)) =:= ok end,
Wanted = [{_rows(users, passwords)}],
Gone = Made -- [U || {{U, _, _}} <- Wanted],
[io:format("- account ~ts: removed, nobody declares it any more~n", [U]) || U <- Gone],
(Gone =:= []) andalso (not Auth:exists(<<"guest">>)) andalso
lists:all(fun({{U, P, V}}) ->
    rabbit_vhost:exists(V) andalso Login(U, P) andalso Full(V, U) andalso lists:member(U, Made)
  end, Wanted) andalso io:format("holds~n").
"""


def create_users(users: tuple[MessageUser, ...], passwords: dict[str, str]) -> str:
    """Erlang that makes accounts, passwords, vhosts and rights as declared, and removes guest.

    Each account that we make carries our tag, and one with the tag that nobody declares is removed. Its vhost
    stays, with what is in it.

    The same functions that ``rabbitmqctl add_user`` and its kin call in the broker. A vhost that is new is
    started on every broker at once; one whose copy of the metadata is not there yet says ``no_such_vhost``
    (seen on a busy machine), and is asked again.
    """
    return f"""\
By = <<"fournines">>,
{_MADE}Start = fun Again(V, Times) -> case rabbit_vhost_sup_sup:start_on_all_nodes(V) of
    ok -> ok;
    Error when Times =:= 0 -> Error;
    _ -> timer:sleep(500), Again(V, Times - 1)
  end end,
Wanted = [{_rows(users, passwords)}],
lists:foreach(fun({{U, P, V}}) ->
    case rabbit_vhost:exists(V) of true -> ok; false -> rabbit_vhost:add(V, By) end,
    ok = Start(V, 30),
    ok = case Auth:exists(U) of true -> Auth:change_password(U, P, By); false -> Auth:add_user(U, P, By) end,
    ok = Auth:set_tags(U, lists:usort([fournines | Tags(U)]), By),
    ok = Auth:set_permissions(U, V, <<".*">>, <<".*">>, <<".*">>, By)
  end, Wanted),
[ok = Auth:delete_user(U, By) || U <- Made -- [U || {{U, _, _}} <- Wanted]],
case Auth:exists(<<"guest">>) of true -> ok = Auth:delete_user(<<"guest">>, By); false -> ok end,
io:format("holds~n").
"""


def _rows(users: tuple[MessageUser, ...], passwords: dict[str, str]) -> str:
    return ", ".join(f"{{{_bin(u.user)}, {_bin(passwords[u.user])}, {_bin(u.vhost)}}}" for u in users)


def _bin(text: str) -> str:
    return f'<<"{text}">>'
