"""The adapter for the Assistants API at any address: runs, cancels, deletes. Knows no face and no server of ours."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Final

from frieza_tui.backends.assistants.follower import RunFollower
from frieza_tui.backends.assistants.remote import RemoteCopy, RemoteIds
from frieza_tui.backends.base import ABANDON_S, CANCEL_S, DELETE_S, Deletion, RemoteRun, RunRequest
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.sdk_errors import timed_out
from frieza_tui.backends.server_backend import ServerBackend
from frieza_tui.domain.errors import BackendError, NotHere, Refused
from frieza_tui.domain.events import RunEvent, ThreadCreated
from frieza_tui.domain.run import ENDED
from frieza_tui.i18n import _

if TYPE_CHECKING:
    from frieza_tui.backends.openai_client import Request

log = logging.getLogger(__name__)

SETTLE_S: Final = 20.0
_POLL_S: Final = 0.1


class AssistantsBackend(ServerBackend):
    """Implements Backend over `beta.assistants`, `beta.threads`, `beta.threads.messages` and `beta.threads.runs`."""

    api = "Assistants"

    def __init__(self, client: OpenAIClient, *, model: str = "", place: str = "", settle_s: float = SETTLE_S) -> None:
        """Take the client of the server.

        model: "" means the assistant's own, else the first that the server lists. place: what the label calls the
        server, its host if empty. settle_s: how long a run that lost its stream may show no progress.
        """
        self._copy = RemoteCopy(client, model)
        super().__init__(client, self._copy.models, place)
        self._settle_s = settle_s
        self._open_run: RunFollower | None = None
        self._earlier_runs: frozenset[str] = frozenset()

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """The thread, the assistant, and what is left over of earlier ones."""
        return self._copy.objects

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Bring the server's thread in step, start a run, and yield its events to its true end.

        A thread or an assistant that the server lost is made anew, once. Raises: BackendError.
        """
        if request.tool_outputs:
            happened = _("The run that asked for functions was cancelled, because nothing here carries them out.")
            raise Refused(happened, _("Ask again."))
        await self.prepare()
        await self._finish_previous_run()
        had_objects = bool(self._copy.objects)
        try:
            async with aclosing(self._run_once(request)) as events:
                async for event in events:
                    yield event
            return
        except (NotHere, Refused) as error:
            if not had_objects or self._has_begun():
                raise await self.models.explained(error) from error
            log.info("the server lost the thread or the assistant: making them anew")
        # A thread that has just taken a message is there; it need not be sent whole again.
        if self._copy.is_in_step:
            self._copy.forget_assistant()
        else:
            self._copy.forget()
        async with aclosing(self._run_once(request)) as events:
            async for event in events:
                yield event

    async def resume_run(self, _request: RunRequest, remote: RemoteRun) -> AsyncGenerator[RunEvent, None]:
        """Yield what an earlier run has brought and still brings; the next run makes a thread anew.

        Raises: BackendError; NotHere if the server no longer has it.
        """
        await self.prepare()
        thread_id = remote.thread_id or self._copy.thread_id
        if not thread_id:
            raise NotHere(_("Nobody knows on which thread the run was."))
        self._copy.take_over(remote.objects)
        follower = RunFollower(self._client, thread_id, self._settle_s)
        self._open_run = follower
        try:
            async with aclosing(follower.rejoined(remote.id)) as events:
                async for event in events:
                    yield event
        except (NotHere, Refused):
            follower.is_over = True
            raise
        finally:
            if follower.is_over:
                self._close_run(follower)
                self._copy.forget()

    async def cancel_run(self) -> None:
        """Cancel the run whose stream was closed last, and wait until the server has ended it, at most CANCEL_S.

        Raises: BackendError; TimedOut if the run goes on.
        """
        follower = self._open_run
        if follower is None:
            return
        try:
            async with asyncio.timeout(CANCEL_S):
                await self._cancel(follower)
        except TimeoutError:
            raise timed_out(self._client.server) from None
        self._close_run(follower)

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete the thread and the assistant at the same time; a run that still lives is cancelled first."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + DELETE_S
        follower, self._open_run = self._open_run, None
        if follower is not None:
            await self._abandon(follower)
        return await self._copy.delete(until_s)

    async def close(self) -> None:
        """Free the connections."""
        await self._copy.close()
        await self._client.close()

    # -- one run -------------------------------------------------------------------------------------------------

    async def _run_once(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        ids = await self._copy.follow(request)
        if ids.is_thread_new:
            yield ThreadCreated(ids.thread_id)
        follower = self._open_run = RunFollower(self._client, ids.thread_id, self._settle_s, self._earlier_runs)
        try:
            async with aclosing(follower.events(self._start(ids, request))) as events:
                async for event in events:
                    yield event
        except BackendError as error:
            if error.facts.status is not None:
                follower.is_over = True  # refused by the server: there is no run
            raise
        finally:
            self.unknown_events += follower.accumulator.unknown_events
            self._copy.note_written(follower.accumulator.written_ids)
            self._earlier_runs |= {follower.run_id}
            if follower.is_over:
                self._close_run(follower)
            else:
                self._copy.distrust()
        if follower is self._open_run:
            await self._abandon(follower)

    def _start(self, ids: RemoteIds, request: RunRequest) -> "Request":
        sent: dict[str, Any] = {**request.sampling.fields("max_completion_tokens")}
        api = self._client.posts.beta.threads.runs.with_streaming_response
        return lambda: api.create(ids.thread_id, assistant_id=ids.assistant_id, stream=True, **sent)

    def _has_begun(self) -> bool:
        return self._open_run is not None and self._open_run.accumulator.run is not None

    def _close_run(self, follower: RunFollower) -> None:
        if self._open_run is follower:
            self._open_run = None

    # -- its end -------------------------------------------------------------------------------------------------

    async def _finish_previous_run(self) -> None:
        """End what an earlier run left alive; servers take no messages while a run is active."""
        follower = self._open_run
        if follower is None:
            return
        try:
            await self.cancel_run()
        except BackendError:
            self._copy.forget_thread()
            self._close_run(follower)

    async def _cancel(self, follower: RunFollower) -> None:
        run = follower.accumulator.run or await follower.look_up()
        if run is None or run.status in ENDED:
            return
        await self._post_cancel(follower.thread_id, run.id)
        with suppress(NotHere):  # what the server has no more does not go on
            while True:
                run = await follower.look_up()
                if run is None or run.status in ENDED:
                    return
                await asyncio.sleep(_POLL_S)

    async def _post_cancel(self, thread_id: str, run_id: str) -> None:
        api = self._client.posts.beta.threads.runs.with_streaming_response
        try:
            await self._client.call(lambda: api.cancel(run_id, thread_id=thread_id))
        except (NotHere, Refused):
            return  # it has ended by itself; the look that follows tells

    async def _abandon(self, follower: RunFollower) -> None:
        """Ask for a run to be cancelled, without waiting for its end."""
        try:
            async with asyncio.timeout(ABANDON_S):
                run = follower.accumulator.run or await follower.look_up()
                if run is not None and run.status not in ENDED:
                    await self._post_cancel(follower.thread_id, run.id)
        except (BackendError, TimeoutError) as error:
            log.warning("a run could not be cancelled: %s", type(error).__name__)
