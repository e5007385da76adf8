"""Many who try to sign in at once: one caller does not take all places, and those who are signed in go on working."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from factories import LEADER, WHY, Custodian

from secure_zone.custodian.doorway import Doorway, Queue
from secure_zone.errors import ZoneUnavailable


class Crowd:
    """Waits in a queue, and notes in which order it was let in."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.order: list[str] = []
        self.refused: list[str] = []
        self._threads: list[threading.Thread] = []

    def comes(self, caller: str, times: int = 1) -> None:
        for _ in range(times):
            thread = threading.Thread(target=self._wait, args=(caller,))
            thread.start()
            self._threads.append(thread)
            time.sleep(0.01)

    def _wait(self, caller: str) -> None:
        try:
            with self.queue.turn(caller):
                self.order.append(caller)
        except ZoneUnavailable:
            self.refused.append(caller)

    def goes(self) -> None:
        for thread in self._threads:
            thread.join(20)


def test_callers_take_turns_however_often_one_asks() -> None:
    queue = Queue(most=20, most_each=12)
    crowd = Crowd(queue)
    with queue.turn("somebody"):
        crowd.comes("hammer", 30)
        crowd.comes("app", 3)
    crowd.goes()
    assert crowd.order[:6] == ["hammer", "app"] * 3
    assert crowd.order.count("hammer") == 12
    assert crowd.refused == ["hammer"] * 18


def test_the_longest_queue_makes_room_for_a_caller_who_has_none() -> None:
    queue = Queue(most=6, most_each=5)
    crowd = Crowd(queue)
    with queue.turn("somebody"):
        crowd.comes("hammer", 5)
        crowd.comes("other hammer", 5)
        crowd.comes("app", 1)
    crowd.goes()
    assert crowd.order.index("app") <= 2
    assert len(crowd.order) == 6 and "app" not in crowd.refused


def test_a_turn_that_does_not_come_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secure_zone.custodian.doorway.LONGEST_WAIT", 0.05)
    queue = Queue(most=6, most_each=5)
    with queue.turn("somebody"), pytest.raises(ZoneUnavailable, match="Too many"), queue.turn("app"):
        pass
    with queue.turn("app"):
        pass


def test_the_door_of_those_signed_in_is_another() -> None:
    doorway = Doorway()
    with doorway.anonymous("hammer"), doorway.signed_in(LEADER):
        pass


@contextmanager
def hammering(custodian: Custodian, connections: int) -> Iterator[None]:
    """One process that tries passphrases without pause."""
    stop = threading.Event()

    def hammer(number: int) -> None:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(custodian.folder.socket)), timeout=60) as http:
            while not stop.is_set():
                http.post("http://custodian/session", json={"user": f"n{number}", "passphrase": "x" * 20, "code": "1"})

    with ThreadPoolExecutor(connections) as pool:
        for number in range(connections):
            pool.submit(hammer, number)
        try:
            time.sleep(0.5)
            yield
        finally:
            stop.set()


def test_hammering_keeps_nobody_signed_in_from_working(custodian: Custodian) -> None:
    """Both come from this process, so the crowd may close the door outside; the door inside stays open."""
    with custodian.sign_in(LEADER) as leader, hammering(custodian, 30):
        for number in range(3):
            began = time.monotonic()
            leader.invite(f"kari{number}", "Kari", "researcher", WHY)
            assert leader.users()
            assert custodian.outside.status().ready
            assert time.monotonic() - began < 10
