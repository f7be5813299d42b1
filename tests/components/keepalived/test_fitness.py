"""What a host says of its own fitness, and when it changes its mind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.components.keepalived.on_host import fitness
from fournines.components.keepalived.on_host.fitness import STALLED, Opinion, Question, counts

QUESTION = Question("haproxy_answers", "http://127.0.0.1:1/", interval=0.5, timeout=0.3, fall=2, rise=3)


def opinions(answers: str) -> str:
    """What is thought after each answer, a letter each: ``+`` good, ``-`` bad."""
    opinion, found = Opinion(), ""
    for answer in answers:
        opinion = opinion.after(QUESTION, good=answer == "+")
        found += "+" if opinion.fit else "-"
    return found


def test_nobody_is_fit_before_it_has_been_seen() -> None:
    assert not Opinion().fit
    assert opinions("+++") == "--+"


def test_one_bad_answer_changes_nothing_and_two_in_a_row_do() -> None:
    assert opinions("+++-+-+--") == "--++++++-"
    assert opinions("+++--++-+++") == "--++------+"


@given(st.text("+-", max_size=60))
def test_the_mind_changes_only_after_enough_answers_in_a_row(answers: str) -> None:
    thought = "-" + opinions(answers)
    for at in range(1, len(thought)):
        if thought[at] != thought[at - 1]:
            needed = QUESTION.rise if thought[at] == "+" else QUESTION.fall
            assert answers[max(0, at - needed) : at] == thought[at] * needed


def test_a_failure_that_took_longer_than_it_may_is_ones_own() -> None:
    assert counts(QUESTION, good=False, seconds=0.3)
    assert counts(QUESTION, good=True, seconds=9.0)
    assert not counts(QUESTION, good=False, seconds=QUESTION.timeout + STALLED + 0.01)


@contextmanager
def serving(status: int) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "good"), [(200, True), (503, False), (404, False)])
def test_only_200_is_good(status: int, good: bool) -> None:  # noqa: FBT001 - a parameter of the test
    with serving(status) as url:
        assert fitness.ask(Question("q", url, interval=1, timeout=60, fall=1, rise=1)) is good


def test_nobody_there_is_not_good() -> None:
    assert not fitness.ask(QUESTION)


class Clock:
    """Time passes where somebody sleeps; ``frozen`` is how long the host stands still during one sleep."""

    def __init__(self, frozen: float) -> None:
        self.now, self.slept, self.frozen = 100.0, 0, frozen

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        if self.slept > 12:
            raise KeyboardInterrupt
        self.now += seconds + (self.frozen if self.slept == 8 else 0)


@pytest.mark.parametrize(("frozen", "words"), [(0, [False, True]), (20, [False, True, False, True])])
def test_a_host_that_stood_still_must_be_asked_anew(
    frozen: float, words: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, told = Clock(frozen), list[bool]()
    monkeypatch.setattr(fitness, "time", clock)
    monkeypatch.setattr(fitness, "ask", lambda _question: True)
    with pytest.raises(KeyboardInterrupt):
        fitness.watch(QUESTION, lambda _question, fit: told.append(fit), lambda: None)
    assert told == words


@pytest.mark.parametrize(("fit", "word"), [(True, "0\n"), (False, "1\n")])
def test_the_word_lies_in_a_file_of_the_questions_name(fit: bool, word: str, tmp_path: Path) -> None:  # noqa: FBT001 - as above
    fitness.write(QUESTION, fit, tmp_path)
    assert (tmp_path / "haproxy_answers").read_text() == word
