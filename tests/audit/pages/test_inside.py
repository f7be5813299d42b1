"""Texts inside other texts: manifests, cloud-init, program text, HTML, patches, and pages without fences."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.pages.inside.markup import from_adoc, from_markdown, from_org, from_wiki
from fournines.audit.report import Report
from fournines.audit.run import audit

VRRP = (
    "vrrp_instance V {\n  state BACKUP\n  interface eth0\n  virtual_router_id 7\n  priority 300\n"
    "  virtual_ipaddress {\n    10.1.0.100/24\n  }\n}\n"
)
"""KA053's: the priority is none."""
CONF = "/etc/keepalived/keepalived.conf"
GALERA = (
    "[galera]\nwsrep_on=ON\nwsrep_provider=/usr/lib/galera/libgalera_smm.so\nwsrep_cluster_address=gcomm://\n"
)
STONITH = "pcs property set stonith-enabled=false"


def report(path: str, text: str) -> Report:
    return audit([File(path, text)], strict=True)


def lines(path: str, text: str, rule: str) -> list[int]:
    return [finding.at.line for finding in report(path, text).findings if finding.rule == rule]


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}" for line in text.splitlines(keepends=True))


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: db\ndata:\n  galera.cnf: |\n"
CLOUD = "#cloud-config\nwrite_files:\n- path: /etc/keepalived/keepalived.conf\n  content: |\n"
COPY = "- name: keepalived\n  ansible.builtin.copy:\n    content: |\n"
COPIED = "    dest: /etc/keepalived/keepalived.conf\n"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("cloud/user-data", CLOUD + indented(VRRP, 4), 9),
        ("roles/vip/tasks/main.yml", COPY + indented(VRRP, 6) + COPIED, 8),
        ("lb.tf", f'data = <<-EOF\n#!/bin/sh\ncat > {CONF} <<"X"\n{VRRP}X\nEOF\n', 8),
        ("pkg/ha.go", f"package ha\n\nvar conf = `\n{VRRP}`\n", 8),
        ("conf.py", f'import string\n\nconf = """{VRRP}"""\n', 7),
        ("state.sls", f"vip:\n  file.managed:\n    - name: {CONF}\n    - contents: |\n"
         + indented(VRRP, 8), 9),
        ("vm.yaml", "spec:\n  userData: |\n    #cloud-config\n    runcmd:\n      - |\n"
         f"        cat <<EOF | sudo tee {CONF}\n" + indented(VRRP, 8) + "        EOF\n", 11),
        ("page.html", "<p>On both:</p>\n<pre><code>" + VRRP.replace("  ", "&nbsp; ") + "</code></pre>\n", 6),
        ("page.html", f"<p>x</p>\n<pre>{VRRP.strip()}</pre>\n".replace("\n ", "</div></div><div> "), 2),
        ("notes.org", f"* VIP\n#+begin_src conf\n{VRRP}#+end_src\n", 7),
        ("guide.adoc", f"== VIP\n\n[source,conf]\n----\n{VRRP}----\n", 9),
        ("page.wiki", f"== VIP ==\n<code conf>\n{VRRP}</code>\n", 7),
        ("page.md", f"<pre>\n{VRRP}</pre>\n", 6),
        ("page.md", f"The VIP of both\n\n{VRRP}\nand that is all.\n", 7),
        ("mail.md", "> Here is mine\n>\n" + "".join(f"> {line}\n" for line in VRRP.splitlines()), 7),
        ("fix.patch", f"--- a{CONF}\n+++ b{CONF}\n@@ -1,9 +1,9 @@\n"
         + "".join(f"+{line}\n" if "priority" in line else f" {line}\n" for line in VRRP.splitlines()), 8),
    ],
)  # fmt: skip
def test_a_file_inside_another_is_read_and_its_lines_are_those_of_the_other(
    path: str, text: str, line: int
) -> None:
    assert lines(path, text, "KA053") == [line]
    whole = text.replace("priority 300", "priority 30")
    assert not lines(path, whole, "KA053")
    assert not lines(path, text, "KA033")
    assert path not in report(path, whole).unread


def test_a_manifest_is_none_of_the_files_it_holds() -> None:
    text = CONFIG_MAP + indented(GALERA, 4)
    assert lines("db.yaml", text, "GA001") == [10]
    assert not lines("db.yaml", text.replace("gcomm://", "gcomm://a,b,c"), "GA001")
    assert [source.name for source in report("db.yaml", text).files] == ["galera.cnf"]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("site.pp", f'exec {{ "off":\n  command => "{STONITH}",\n}}\n', 2),
        ("fabfile.py", f"from fabric.api import sudo\n\nsudo('{STONITH}')\n", 3),
        (
            "start.py",
            "import subprocess\nsubprocess.call(['pcs', 'property', 'set', 'stonith-enabled=false'])\n",
            2,
        ),
        ("roles/ha/tasks/main.yml", f"- name: off\n  shell: {STONITH}\n", 2),
        (
            "roles/ha/tasks/main.yml",
            f"- name: off\n  shell: |\n    pcs cluster start --all\n    {STONITH}\n",
            4,
        ),
        ("ha.sls", f"off:\n  cmd.run:\n    - name: {STONITH}\n", 3),
        ("job.yaml", 'spec:\n  command: ["sh", "-c", "pcs property set stonith-enabled=false"]\n', 2),
        ("howto.md", f"Then, on one node\n\n- `{STONITH}`\n", 3),
    ],
)
def test_commands_inside_other_texts(path: str, text: str, line: int) -> None:
    assert lines(path, text, "PA001") == [line]
    assert not lines(path, text.replace("=false", "=true"), "PA001")


def test_a_sentence_about_a_command_is_none() -> None:
    assert not lines(
        "howto.md", "pcs property set stonith-enabled=false is what you should never do.\n", "PA001"
    )
    assert not lines("doc.py", '"""Never call it."""\n# pcs property set stonith-enabled=false\n', "PA001")


BITNAMI = "docker run -d --name a -e MARIADB_GALERA_CLUSTER_BOOTSTRAP={} bitnami/mariadb-galera:10.11\n"
SERVICE = "services:\n  a:\n    image: bitnami/mariadb-galera\n    environment:\n      "
NAMED = "kind: StatefulSet\nspec:\n  env:\n  - name: MARIADB_GALERA_CLUSTER_BOOTSTRAP\n    value: '{}'\n"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("a.sh", f"#!/bin/sh\n{BITNAMI}", 2),
        ("a.md", f"First:\n\n```\n{BITNAMI}```\n", 4),
        ("compose.yml", SERVICE + "- MARIADB_GALERA_CLUSTER_BOOTSTRAP={}\n", 5),
        ("compose.yml", SERVICE + "MARIADB_GALERA_CLUSTER_BOOTSTRAP: '{}'\n", 5),
        ("set.yaml", NAMED, 5),
        (".env", "MARIADB_GALERA_CLUSTER_BOOTSTRAP={}\n", 1),
    ],
)
def test_a_container_whose_environment_founds_a_cluster_at_every_start(
    path: str, text: str, line: int
) -> None:
    assert lines(path, text.replace("{}", "yes"), "GA001") == [line]
    assert not lines(path, text.replace("{}", "no"), "GA001")


def test_an_address_in_the_environment_goes_before_the_one_in_a_file() -> None:
    told = "---\nenv:\n- name: MARIADB_GALERA_CLUSTER_ADDRESS\n  value: gcomm://a,b,c\n"
    text = CONFIG_MAP + indented(GALERA, 4)
    assert lines("db.yaml", text, "GA001") == [10]
    assert not lines("db.yaml", text + told, "GA001")


def test_placeholders_of_templates_are_no_values_that_were_forgotten() -> None:
    left = VRRP.replace("eth0", "{{ nic }}").replace("300", "{{ vrrp.priority }}")
    files = {
        "keepalived.conf.j2": "{% if vip %}\n" + left + "{% endif %}\n",
        "lb.tf": f"x = <<EOF\n{left}EOF\n",
    }
    for path, text in files.items():
        assert not {"KA033", "KA034"} & {finding.rule for finding in report(path, text).findings}
    assert lines("keepalived.conf", left, "KA034") == [3]
    here = f"cat > /etc/keepalived/keepalived.conf <<EOF\n{VRRP.replace('eth0', '${nic}')}EOF\n"
    assert not lines("set.sh", f"#!/bin/sh\n{here}", "KA034")
    assert lines("set.sh", "#!/bin/sh\n" + here.replace("<<EOF", "<<'EOF'"), "KA034") == [5]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (from_org, "* T\n#+BEGIN_SRC sh\na\n#+END_SRC\n: b"),
        (from_adoc, "= T\n[source,sh]\n----\na\n----\n"),
        (from_wiki, "== T ==\n<code sh>\na\n</code>\n{code:sh}\nb\n{code}\n<pre>c</pre>"),
        (from_markdown, "# T\n{% highlight sh %}\na\n{% endhighlight %}\n> b\n```\n> c\n```\n"),
    ],
)
def test_every_line_keeps_its_number(made: object, text: str) -> None:
    assert callable(made)
    assert made(text).count("\n") == text.count("\n")


def test_what_is_quoted_between_fences_is_left() -> None:
    assert from_markdown("```\n> a\n```\n> b\n") == "```\n> a\n```\nb\n"
    assert from_markdown("> ```\n> a\n> ```\n") == "```\na\n```\n"


def test_a_sed_that_escapes_the_slashes_of_an_address() -> None:
    text = '#!/bin/sh\nsed -i "s/.*wsrep_cluster_address=.*/wsrep_cluster_address={}/" /etc/my.cnf\n'
    assert lines("set.sh", text.format(r"gcomm:\/\/"), "GA001") == [2]
    assert not lines("set.sh", text.format(r"gcomm:\/\/a,b,c"), "GA001")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("hiera/ha.yaml", "pacemaker_property:\n  stonith-enabled:\n    ensure: present\n    value: {}\n"),
        ("ha.pp", "cs_property { 'stonith-enabled' :\n  ensure => present,\n  value  => {},\n}\n"),
        (
            "ha.yml",
            "ha_cluster_cluster_properties:\n  - attrs:\n      - name: stonith-enabled\n        value: {}\n",
        ),
    ],
)
def test_properties_that_a_module_sets_by_name_and_value(path: str, text: str) -> None:
    assert lines(path, text.replace("{}", "false"), "PA001")
    assert not lines(path, text.replace("{}", "true"), "PA001")


def test_a_shell_that_is_given_a_file_in_quotes() -> None:
    said = "sudo bash -c 'echo \"\n" + VRRP + "\" > /etc/keepalived/keepalived.conf'\n"
    play = "- hosts: lb\n  tasks:\n    - name: vip\n      shell: |\n" + indented(said, 8)
    assert lines("play.yml", play, "KA053") == [10]
    assert not lines("play.yml", play, "KA033")
    here = "sudo bash -c 'cat <<E > /etc/keepalived/keepalived.conf\n" + VRRP + "E'\n"
    assert lines("set.sh", "#!/bin/sh\n" + here, "KA053") == [7]


def test_a_listing_without_fences_is_not_cut_by_its_indentation() -> None:
    split = VRRP.replace("  priority", "\n    priority")
    page = f"Master\n\n# /etc/keepalived/keepalived.conf\n\n{split}\nDone.\n"
    assert lines("page.md", page, "KA053") == [10]
    assert not lines("page.md", page, "KA033")


def test_what_a_container_runs_in_front_is_started_by_no_shell() -> None:
    text = "services:\n  vip:\n    image: vip\n    command: |\n      haproxy -f /etc/haproxy/haproxy.cfg -D\n"
    assert not lines("compose.yml", text, "SY031")
    assert lines("start.md", "```\n# haproxy -f /etc/haproxy/haproxy.cfg -D\n```\n", "SY031") == [2]
