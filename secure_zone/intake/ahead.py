"""Reads the next rows while the last ones are being checked."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
WAIT_SECONDS = 0.2


class Ahead(Generic[Item]):
    """An iterator that a thread keeps at most `depth` items ahead. What the thread meets is raised here.

    while_waiting is called while nothing has come yet; what it raises ends the iteration.
    """

    def __init__(self, items: Iterator[Item], while_waiting: Callable[[], None], depth: int = 2) -> None:
        self._items, self._while_waiting = items, while_waiting
        self._queue: queue.Queue[tuple[Item | None, BaseException | None]] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake-ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._items:
                if not self._put((item, None)):
                    return
        except BaseException as raised:
            error = raised
        self._put((None, error))

    def _put(self, item: tuple[Item | None, BaseException | None]) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=WAIT_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def __iter__(self) -> Iterator[Item]:
        while True:
            self._while_waiting()
            try:
                item, error = self._queue.get(timeout=WAIT_SECONDS)
            except queue.Empty:
                continue
            if error is not None:
                raise error
            if item is None:
                return
            yield item

    def stop(self, interrupt: Callable[[], None]) -> None:
        """Lets the thread end; `interrupt` ends its waiting."""
        self._stopped.set()
        interrupt()
        self._thread.join()
