"""What is taken for granted of RabbitMQ's package, its modules inside included: there is no other way in."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, has_any, owned, prints, unit_has

_UNIT = "rabbitmq-server.service"

_EXPORTS = """\
[code:add_path(D) || D <- filelib:wildcard("/usr/lib/rabbitmq/lib/*/plugins/*/ebin")],
Wanted = [
  {cuttlefish_conf, file, 1}, {cuttlefish_schema, files, 1}, {cuttlefish_generator, map, 2},
  {cuttlefish_error, xlate, 1},
  {rabbit, is_running, 0}, {rabbit_khepri, is_enabled, 0}, {rabbit_feature_flags, enable, 1},
  {rabbit_nodes, await_running_count, 2}, {rabbit_nodes, list_members, 0},
  {rabbit_access_control, check_user_pass_login, 2},
  {rabbit_auth_backend_internal, exists, 1}, {rabbit_auth_backend_internal, add_user, 3},
  {rabbit_auth_backend_internal, change_password, 3}, {rabbit_auth_backend_internal, delete_user, 2},
  {rabbit_auth_backend_internal, set_permissions, 6}, {rabbit_auth_backend_internal, set_tags, 3},
  {rabbit_auth_backend_internal, list_users, 0},
  {rabbit_auth_backend_internal, list_vhost_permissions, 1},
  {rabbit_vhost, exists, 1}, {rabbit_vhost, add, 2}, {rabbit_vhost_sup_sup, start_on_all_nodes, 1}],
Missing = [T || {M, F, A} = T <- Wanted,
  not (code:ensure_loaded(M) =:= {module, M} andalso erlang:function_exported(M, F, A))],
case Missing of [] -> io:format("all there~n"); _ -> io:format("missing: ~0p~n", [Missing]) end, halt(0)."""

RELIES = (
    Relied(
        "rabbitmq-server",
        "4.0.5",
        "4.0.5",
        (
            has_account("rabbitmq"),
            owned("/var/lib/rabbitmq", "rabbitmq:rabbitmq"),
            owned("/etc/rabbitmq", "rabbitmq:rabbitmq"),
            unit_has(_UNIT, "Type=notify"),
            unit_has(_UNIT, "User=rabbitmq"),
            has_any("/usr/lib/rabbitmq/lib/*/plugins/*/priv/schema/rabbit.schema"),
            prints(
                ("sh", "-c", "cat /usr/lib/rabbitmq/lib/*/sbin/rabbitmq-defaults"),
                r"etc/rabbitmq/rabbitmq-env\.conf",
                what="reads /etc/rabbitmq/rabbitmq-env.conf",
            ),
            has("/usr/bin/erl_call"),
            has("/usr/sbin/rabbitmqctl"),
            prints(
                ("erl", "-boot", "no_dot_erlang", "-noinput", "-eval", _EXPORTS),
                "^all there$",
                what="has the functions by which its accounts are made and its files are tried",
                seconds=30.0,
            ),
        ),
    ),
)
