"""Where passphrases are tried: one at a time, in a short and fair queue, and apart for those who are signed in.

Stretching a passphrase costs 64 MiB and a tenth of a second on purpose, and each one who waits holds a thread. So only
so many may wait; those who are signed in have a door of their own, which no crowd outside can close; and outside, the
callers (processes at the socket) take turns, however many times one of them asks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from secure_zone.errors import ZoneUnavailable

LONGEST_WAIT = 20.0  # seconds


class _Waiting:
    """One who waits: `called` when it is their turn, or when they must give their place up (`sent_away`)."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.sent_away = False


class Queue:
    """One is served at a time. Callers take turns; each may have `most_each` waiting, all together `most`."""

    def __init__(self, most: int, most_each: int) -> None:
        self._most, self._most_each = most, most_each
        self._lock = threading.Lock()
        self._queues: OrderedDict[str, deque[_Waiting]] = OrderedDict()
        self._served: _Waiting | None = None

    @contextmanager
    def turn(self, caller: str) -> Iterator[None]:
        """Wait for one's turn. ZoneUnavailable where there is no place, or no turn in time."""
        mine = self._join(caller)
        called = mine.called.wait(LONGEST_WAIT)
        try:
            if not called or mine.sent_away:
                raise _busy()
            yield
        finally:
            self._leave(caller, mine)

    def _join(self, caller: str) -> _Waiting:
        mine = _Waiting()
        with self._lock:
            own = self._queues.get(caller, ())
            if len(own) >= self._most_each:
                raise _busy()
            if sum(len(queue) for queue in self._queues.values()) >= self._most:
                self._make_room(more_than=len(own) + 1)
            self._queues.setdefault(caller, deque()).append(mine)
            self._call_next()
        return mine

    def _make_room(self, more_than: int) -> None:
        """The caller with the most waiting gives up the last of them, if that is more than the new one would have."""
        longest = max(self._queues.values(), key=len)
        if len(longest) <= more_than:
            raise _busy()
        last = longest.pop()
        last.sent_away = True
        last.called.set()

    def _call_next(self) -> None:
        if self._served is not None or not self._queues:
            return
        caller, queue = self._queues.popitem(last=False)
        self._served = queue.popleft()
        if queue:
            self._queues[caller] = queue
        self._served.called.set()

    def _leave(self, caller: str, mine: _Waiting) -> None:
        with self._lock:
            if self._served is mine:
                self._served = None
            elif mine in (queue := self._queues.get(caller, deque())):
                queue.remove(mine)
                if not queue:
                    del self._queues[caller]
            self._call_next()


class Doorway:
    """Two doors. Together fewer may wait than the process has threads (40), so that all other verbs are served."""

    def __init__(self) -> None:
        self._outside = Queue(most=20, most_each=12)
        self._inside = Queue(most=8, most_each=4)

    def anonymous(self, caller: str) -> AbstractContextManager[None]:
        """A turn to sign in. caller: the process that asks."""
        return self._outside.turn(caller)

    def signed_in(self, user: str) -> AbstractContextManager[None]:
        """A turn for one who is signed in, to try or to set a passphrase of `user`."""
        return self._inside.turn(user)


def _busy() -> ZoneUnavailable:
    return ZoneUnavailable("Too many are signing in at this moment. Try again in a little while.", code="busy")
