"""Templates filled with what files of variables say: the same for every host, or not at all."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.gather.templates import put_in
from fournines.audit.gather.variables import variables
from fournines.audit.report import Report
from fournines.audit.run import audit


def put(path: str, text: str, **files: str) -> str:
    return put_in(path, text, variables(File(name.replace("__", "/"), said) for name, said in files.items()))


VARS = """---
# addresses
vip: 10.0.0.20   # the one
name: "{{ short }}.example"
short: 'cloud'
hosts:
  - 10.0.0.11
  - 10.0.0.12
net:
  public:
    mask: 24
inline: [a, "b"]
users:
  - name: x
    shell: y
secret: !vault |
  abc
"""


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("{{ vip }}/{{net.public.mask}}", "10.0.0.20/24"),
        ("{{ net['public'].mask }}", "24"),
        ("{{ name }}", "cloud.example"),
        ("{{ hosts | join(',') }}", "10.0.0.11,10.0.0.12"),
        ("{{ hosts[1] }} {{ inline | join(' ') }}", "10.0.0.12 a b"),
        ("{{ vip | default('10.9.9.9') }}", "10.0.0.20"),
        ("{{ hosts }}", "{{ hosts }}"),
        ("{{ hosts[2] }}", "{{ hosts[2] }}"),
        ("{{ other | default('10.9.9.9') }}", "{{ other | default('10.9.9.9') }}"),
        ("{{ vip | ipaddr('network') }}", "{{ vip | ipaddr('network') }}"),
        ("{{ users | join(',') }} {{ secret }}", "{{ users | join(',') }} {{ secret }}"),
        ("{% for vip in hosts %}{{ vip }}", "{% for vip in hosts %}{{ vip }}"),
        ("{% set short = 1 %}{{ short }}", "{% set short = 1 %}{{ short }}"),
        ("{{ hostvars[h].vip }} {{ item.vip }}", "{{ hostvars[h].vip }} {{ item.vip }}"),
    ],
)
def test_what_ansible_puts_in(said: str, becomes: str) -> None:
    assert put("roles/web/templates/x.conf.j2", said, group_vars__all=VARS) == becomes


@pytest.mark.parametrize(
    ("files", "value"),
    [
        ({"roles__web__defaults__main.yml": "p: 1\n"}, "1"),
        ({"roles__web__defaults__main.yml": "p: 1\n", "group_vars__all.yml": "p: 2\n"}, "2"),
        ({"group_vars__all.yml": "p: 2\n", "roles__web__vars__main.yml": "p: 3\n"}, "3"),
        ({"group_vars__a.yml": "p: 2\n", "group_vars__b.yml": "p: 2\n"}, "2"),
        ({"group_vars__a.yml": "p: 2\n", "group_vars__b.yml": "p: 3\n"}, "{{ p }}"),
        ({"roles__db__defaults__main.yml": "p: 1\n"}, "{{ p }}"),
        ({"group_vars__all.yml": "p: 2\n", "host_vars__h1.yml": "p: 4\n"}, "{{ p }}"),
        ({"group_vars__all.yml": "p: 2\n", "hosts": "[lb]\nh1 ansible_host=10.0.0.1 p=4\n"}, "{{ p }}"),
    ],
)
def test_the_nearest_value_counts_and_two_are_none(files: dict[str, str], value: str) -> None:
    assert put("roles/web/templates/x.conf.j2", "{{ p }}", **files) == value


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("{{ pillar['ha']['vip'] }} {{ pillar.ha.vip }} {{ salt['pillar.get']('ha:vip', 'x') }}", "1.2.3.4"),
        ("<%= $site::lb::vip %> <%= @vip %> <%= scope['site::vip'] %>", "1.2.3.5"),
        ("<%= node['lb']['vip'] %>", "1.2.3.6"),
    ],
)
def test_what_salt_puppet_and_chef_put_in(said: str, becomes: str) -> None:
    files = {
        "pillar__ha.sls": "ha:\n  vip: 1.2.3.4\n",
        "manifests__params.pp": "class x(\n  String $vip = '1.2.3.5',\n  $none = undef,\n) {}\n",
        "attributes__default.rb": "default['lb']['vip'] = '1.2.3.6'\n",
    }
    assert set(put("templates/x.erb", said, **files).split()) == {becomes}
    assert (
        put("templates/x.erb", "<%= @none %><%= facts['vip'] %>", **files)
        == "<%= @none %><%= facts['vip'] %>"
    )


VRRP = """vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id {{ vrid }}
    priority 100
    advert_int 1
    virtual_ipaddress {
        10.0.0.20/24
    }
}
"""


def of(*files: tuple[str, str]) -> Report:
    return audit([File(*file) for file in files], strict=True)


def test_a_value_that_is_wrong_is_found_where_it_is_put_in() -> None:
    template = ("roles/lb/templates/keepalived.conf.j2", VRRP)
    wrong = of(template, ("group_vars/all.yml", "vrid: 261\n"))
    assert [f.at.line for f in wrong.findings if f.rule == "KA053"] == [4]
    assert not wrong.unread
    right = of(template, ("group_vars/all.yml", "vrid: 61\n"))
    assert not [f for f in right.findings if f.rule == "KA053"]
    unknown = of(template, ("group_vars/all.yml", "other: 61\n"))
    assert unknown.unread == ("group_vars/all.yml",)


def test_a_template_has_the_kind_of_what_it_becomes() -> None:
    text = "[{rabbit, [{tcp_listeners, [{{ port }}]}]}].\n"
    assert [s.kind for s in of(("templates/rabbitmq.config.j2", text)).files] == ["rabbitmq.config"]
