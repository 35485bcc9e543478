"""One face for both clients, so that each test holds for both."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterable, List

import selvedge


class Sync:
    """selvedge.Client."""

    name = "wire-sync"

    def __init__(self, address: str, **options: Any) -> None:
        self.client = selvedge.Client(address, **options)

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """A unary call by its helper's name."""
        return getattr(self.client, name)(*args, **options)

    def collect(self, name: str, *args: Any, **options: Any) -> List[Any]:
        """All that a stream brings."""
        return list(getattr(self.client, name)(*args, **options))

    def first(self, count: int, name: str, *args: Any, **options: Any) -> List[Any]:
        """The first of a stream, which is then closed."""
        stream = getattr(self.client, name)(*args, **options)
        got = [next(stream) for _ in range(count)]
        stream.close()
        return got

    def together(self, calls: Iterable[Callable[[Any], Any]]) -> List[Any]:
        """Calls at once; results or errors in order."""
        def run(call: Callable[[Any], Any]) -> Any:
            try:
                return call(self.client)
            except selvedge.Error as error:
                return error

        calls = list(calls)
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    def close(self) -> None:
        """Ends it."""
        self.client.close()


class Aio:
    """selvedge.aio.Client, on a loop in a thread."""

    name = "wire-aio"

    def __init__(self, address: str, **options: Any) -> None:
        self.client = selvedge.aio.Client(address, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _end(self) -> None:
        await self.client.close()
        # Calls that were open end in turns of their own.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=10)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """A unary call by its helper's name."""
        return self._run(getattr(self.client, name)(*args, **options))

    def collect(self, name: str, *args: Any, **options: Any) -> List[Any]:
        """All that a stream brings."""
        async def work() -> List[Any]:
            return [each async for each in getattr(self.client, name)(*args, **options)]

        return self._run(work())

    def first(self, count: int, name: str, *args: Any, **options: Any) -> List[Any]:
        """The first of a stream, which is then closed."""
        async def work() -> List[Any]:
            stream = getattr(self.client, name)(*args, **options)
            got = [await stream.__anext__() for _ in range(count)]
            await stream.aclose()
            return got

        return self._run(work())

    def together(self, calls: Iterable[Callable[[Any], Any]]) -> List[Any]:
        """Calls at once; results or errors in order."""
        async def run(call: Callable[[Any], Any]) -> Any:
            try:
                return await call(self.client)
            except selvedge.Error as error:
                return error

        async def work() -> List[Any]:
            return await asyncio.gather(*[run(call) for call in calls])

        return self._run(work())

    def close(self) -> None:
        """Ends it."""
        if self._loop.is_closed():
            return
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
