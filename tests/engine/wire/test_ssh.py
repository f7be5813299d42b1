"""The command lines for ssh, and what is made of its answers; ``ssh`` itself is a script here."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.engine.simulation import site

from fournines.engine.wire.ssh import SESSIONS, OpenSsh, Reach
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.spec.model import Host, Network, Role, Site, Ssh

# Plays ssh: as master it makes the socket, else it runs the last argument in a shell, as sshd would.
_SSH = """\
#!/bin/sh
echo "$*" >>"$PLAY/lines"
for word; do case $word in ControlPath=*) socket=${word#ControlPath=};; esac; last=$word; done
case " $* " in
  *" -O exit "*) rm -f "$socket"; exit 0;;
  *" -M "*)
    if [ -e "$PLAY/refuse" ]; then
      while [ "$1" != -E ]; do shift; done
      cat "$PLAY/refuse" >"$2"; exit 255
    fi
    : >"$socket"; exit 0;;
esac
[ ! -e "$PLAY/break" ] || { cat "$PLAY/break" >&2; exit 255; }
exec sh -c "$last"
"""


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin/ssh"
    program.parent.mkdir()
    program.write_text(_SSH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PLAY", str(tmp_path))
    return tmp_path


def over(do: Callable[[OpenSsh], Coroutine[Any, Any, Any]], of: Site | None = None) -> Any:  # noqa: ANN401
    async def whole() -> Any:  # noqa: ANN401
        async with OpenSsh(of or site()) as wire:
            return await do(wire)

    return anyio.run(whole)


def lines(play: Path) -> list[str]:
    return (play / "lines").read_text().splitlines()


def test_runs_words_as_they_are_with_stdin_and_one_connection_per_host(play: Path) -> None:
    async def do(wire: OpenSsh) -> list[Output]:
        return [
            await wire.run("one", ["printf", "%s|", "a b", "$HOME", "it's", ""]),
            await wire.run("one", ["cat"], stdin="in\n"),
            await wire.run("one", ["sh", "-c", "echo err >&2; exit 3"]),
        ]

    assert over(do) == [Output(0, "a b|$HOME|it's||"), Output(0, "in\n"), Output(3, "", "err\n")]
    assert sum(" -M " in line for line in lines(play)) == 1
    assert " -O exit " in lines(play)[-1]


def test_parallel_commands_share_one_connection_within_sshds_sessions(play: Path) -> None:
    async def do(wire: OpenSsh) -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(SESSIONS * 2):
                mine = f"{play}/run-{number}"
                script = f": >{mine}; ls {play} | grep -c ^run- >>{play}/seen; sleep 0.2; rm {mine}"
                tasks.start_soon(wire.run, "one", ["sh", "-c", script])

    over(do)
    most = max(int(line) for line in (play / "seen").read_text().split())
    assert most <= SESSIONS
    assert sum(" -M " in line for line in lines(play)) == 1


def test_exit_255_of_the_command_is_an_answer(play: Path) -> None:
    del play

    async def do(wire: OpenSsh) -> Output:
        return await wire.run("one", ["sh", "-c", "echo mine >&2; exit 255"])

    output = over(do)
    assert (output.code, output.stderr.strip()) == (255, "mine")


def test_exit_255_of_ssh_is_a_transport_error_and_the_next_command_connects_anew(play: Path) -> None:
    (play / "break").write_text("client_loop: send disconnect: Broken pipe\n")

    async def do(wire: OpenSsh) -> Output:
        with pytest.raises(TransportError, match=r"one: not reachable by ssh: client_loop") as caught:
            await wire.run("one", ["true"])
        assert caught.value.try_this
        (play / "break").unlink()
        return await wire.run("one", ["echo", "back"])

    assert over(do) == Output(0, "back\n")
    assert sum(" -M " in line for line in lines(play)) == 2


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("root@10.0.0.11: Permission denied (publickey).", "your key is accepted"),
        ("Host key verification failed.", "ssh-keygen -R 10.0.0.11): ssh root@10.0.0.11 true"),
        ("connect to host 10.0.0.11 port 22: No route to host", "is up"),
    ],
)
def test_a_refused_connection_says_why_and_what_to_try(play: Path, said: str, advice: str) -> None:
    (play / "refuse").write_text(f"debug\n{said}\n")

    async def do(wire: OpenSsh) -> None:
        await wire.run("one", ["true"])

    with pytest.raises(TransportError) as caught:
        over(do)
    assert caught.value.what.endswith(said)
    assert advice in (caught.value.try_this or "")


def test_those_who_waited_for_a_connection_share_its_refusal_and_a_later_try_is_made(play: Path) -> None:
    (play / "refuse").write_text("No route to host\n")

    async def do(wire: OpenSsh) -> None:
        refused = []

        async def one() -> None:
            with pytest.raises(TransportError, match=r"door: not reachable by ssh: No route"):
                await wire.run("inside", ["true"])
            refused.append(True)

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(one)
        assert len(refused) == 5
        assert sum(" -M " in line for line in lines(play)) == 1
        (play / "refuse").unlink()
        assert (await wire.run("inside", ["echo", "back"])).stdout == "back\n"

    over(do, jumping())


def test_a_late_command_is_killed_and_is_a_transport_error(play: Path) -> None:
    async def do(wire: OpenSsh) -> None:
        with pytest.raises(TransportError, match=r"one: sh did not end within 0\.2 s"):
            await wire.run("one", ["sh", "-c", f"sleep 0.6; : >{play}/survived"], timeout=0.2)
        await anyio.sleep(0.7)

    over(do)
    assert not (play / "survived").exists()


def test_a_login_that_is_not_root_becomes_root(play: Path) -> None:
    of = site().model_copy(update={"ssh": Ssh(user="operator")})
    sudo = play / "bin/sudo"
    sudo.write_text('#!/bin/sh\necho "sudo $*"\n')
    sudo.chmod(0o755)

    async def do(wire: OpenSsh) -> Output:
        return await wire.run("one", ["id", "-u"])

    assert over(do, of).stdout == "sudo -n -- id -u\n"
    assert lines(play)[0].startswith("-l operator ")


def jumping() -> Site:
    networks = {"mgmt": "10.0.0.0/24", "external": "192.168.1.0/24"}
    return site().model_copy(
        update={
            "networks": {name: Network(cidr=IPv4Network(cidr)) for name, cidr in networks.items()},
            "hosts": {
                "door": Host(
                    name="door",
                    roles=(Role.BASTION,),
                    addresses={"mgmt": IPv4Address("10.0.0.10"), "external": IPv4Address("192.168.1.10")},
                ),
                "inside": Host(
                    name="inside", roles=(Role.CONTROLLER,), addresses={"mgmt": IPv4Address("10.0.0.11")}
                ),
            },
            "ssh": Ssh(through="door"),
        }
    )


def test_the_jump_host_is_reached_from_outside_and_its_connection_is_shared(play: Path) -> None:
    async def do(wire: OpenSsh) -> None:
        await wire.run("inside", ["true"])

    over(do, jumping())
    door, inside = (line for line in lines(play) if " -M " in line)
    assert "HostName=192.168.1.10" in door
    assert "ProxyCommand" not in door
    assert "HostName=10.0.0.11" in inside
    assert "ProxyCommand=ssh " in inside
    assert "-W [%h]:%p -- door" in inside
    own_socket = next(word for word in door.split() if word.startswith("ControlPath="))
    assert own_socket in inside


def test_a_given_ssh_config_knows_everything_else(tmp_path: Path) -> None:
    reach = Reach.of(jumping(), config=tmp_path / "ssh_config")
    assert reach == Reach(user="root", config=tmp_path / "ssh_config")


def test_the_folder_of_sockets_is_private_and_goes_away(play: Path) -> None:
    async def do(wire: OpenSsh) -> Path:
        await wire.run("one", ["true"])
        assert wire._folder.stat().st_mode & 0o777 == 0o700
        assert len(str(wire._folder)) < 60
        return wire._folder

    del play
    assert not over(do).exists()


def test_the_folder_of_a_killed_run_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fournines.engine.wire.ssh._SOCKET_PATH_MAX", 1000)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    dead, alive, other = (tmp_path / n for n in ("nines-4194305-x", f"nines-{os.getpid()}-x", "nines-x"))
    for folder in (dead, alive, other):
        folder.mkdir()

    async def do(wire: OpenSsh) -> None:
        del wire

    over(do)
    assert sorted(tmp_path.iterdir()) == sorted([alive, other])


def test_what_is_held_runs_on_the_host_until_the_block_ends(play: Path) -> None:
    script = "echo held; cat >/dev/null; touch $PLAY/ended"

    async def held(wire: OpenSsh) -> tuple[Output, bool]:
        async with wire.hold("one", ["sh", "-c", script], until="held") as said:
            assert (await wire.run("one", ["echo", "beside"])).stdout == "beside\n"
            ended = os.path.exists(play / "ended")  # noqa: ASYNC240, PTH110 - a file of this test
        assert (await wire.run("one", ["echo", "after"])).stdout == "after\n"
        return said, ended

    said, ended = over(held)
    assert (said.code, said.stdout) == (0, "held\n")
    assert not ended
    assert (play / "ended").exists(), "it saw the end of its standard input, and was not killed"


def test_what_says_something_else_and_ends_is_an_answer(play: Path) -> None:
    async def held(wire: OpenSsh) -> Output:
        async with wire.hold("one", ["sh", "-c", "echo no; exit 75"], until="held") as said:
            return said

    assert over(held) == Output(75, "no\n", "no\n")
    assert play.exists()
