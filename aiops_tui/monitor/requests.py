"""What a person asks for beside the view: answered between polls, withdrawn when it is no longer wanted."""

from __future__ import annotations

import queue
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from aiops_tui.source.problems import Cancelled, SourceError

if TYPE_CHECKING:
    from aiops_tui.monitor.collector import Collector

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Request:
    work: Callable[[Collector], Any]
    future: Future[Any]
    channel: str
    about: Hashable


class Requests:
    """Questions by the order in which they were asked; `put` and `turn_to` may be called from any thread.

    Those of a channel are withdrawn when somebody turns to something else in it.
    """

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._about: dict[str, Hashable] = {}
        self._running: _Request | None = None

    def put(self, work: Callable[[Collector], T], channel: str = "", about: Hashable = None) -> Future[T]:
        """Add a question, and withdraw those of its channel that are about something else."""
        future: Future[T] = Future()
        self.turn_to(channel, about)
        self._waiting.put(_Request(work, future, channel, about))
        return future

    def turn_to(self, channel: str, about: Hashable) -> None:
        """Withdraw the questions of a channel that are about anything else."""
        self._about[channel] = about

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for an answer."""
        return self._waiting.empty()

    @property
    def is_outdated(self) -> bool:
        """Whether the question under way is no longer wanted."""
        running = self._running
        return running is not None and self._is_outdated(running)

    def answer(self, collector: Collector, defect: Callable[[Exception], SourceError]) -> None:
        """Answer all that wait.

        Raises:
            SourceError: the connection was lost, or an answer interrupted that is still wanted: it will be given later.
        """
        while (request := self._next()) is not None:
            if self._is_outdated(request):
                request.future.cancel()
            if request.future.cancelled() or not request.future.set_running_or_notify_cancel():
                continue
            self._running = request
            try:
                request.future.set_result(request.work(collector))
            except Cancelled:
                if not self._is_outdated(request):
                    self._ask_again(request)
                    raise
                request.future.set_exception(CancelledError())
            except SourceError as error:
                request.future.set_exception(error)
                if error.lost:
                    raise
            except Exception as error:  # noqa: BLE001 - of this question alone
                request.future.set_exception(defect(error))
            finally:
                self._running = None

    def cancel(self) -> None:
        """Withdraw all that wait."""
        while (request := self._next()) is not None:
            request.future.cancel()

    def _ask_again(self, request: _Request) -> None:
        again: Future[Any] = Future()
        again.add_done_callback(lambda done: _pass_on(done, request.future))
        self._waiting.put(_Request(request.work, again, request.channel, request.about))

    def _next(self) -> _Request | None:
        try:
            return self._waiting.get_nowait()
        except queue.Empty:
            return None

    def _is_outdated(self, request: _Request) -> bool:
        return request.about != self._about[request.channel]


def _pass_on(done: Future[Any], to: Future[Any]) -> None:
    """Give a question's answer to who asked it first."""
    error = CancelledError() if done.cancelled() else done.exception()
    if error is None:
        to.set_result(done.result())
    else:
        to.set_exception(error)
