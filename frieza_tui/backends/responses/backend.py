"""The adapter for the Responses API at any address: runs, resumes, cancels, deletes. Knows no face."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from frieza_tui.backends.api_notes import ApiNotes
from frieza_tui.backends.base import (
    ABANDON_S,
    CANCEL_S,
    DELETE_S,
    Deletion,
    RemoteRun,
    ResumeRun,
    RunRequest,
)
from frieza_tui.backends.model_list import ModelChoice
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.refusals import is_about_context, is_about_field, is_lost, is_named_lost, is_no_such_path
from frieza_tui.backends.responses.follower import Patience, ResponseFollower
from frieza_tui.backends.responses.lacks import ServerLacks
from frieza_tui.backends.responses.memory import ThreadMemory, Way
from frieza_tui.backends.responses.requests import Draft, RequestBuilder
from frieza_tui.backends.sdk_errors import timed_out
from frieza_tui.backends.server_backend import ServerBackend
from frieza_tui.domain.errors import BackendError, NotHere, Refused, Unreachable
from frieza_tui.domain.events import RunEvent, StreamFault, ThreadCreated, ThreadLost
from frieza_tui.i18n import _

log = logging.getLogger(__name__)

PATIENCE: Final = Patience(settle_s=20.0, alive_s=600.0)


class ResponsesBackend(ServerBackend):
    """Implements Backend over `responses` and `conversations`."""

    api = "Responses"

    def __init__(
        self,
        client: OpenAIClient,
        *,
        model: str = "",
        place: str = "",
        patience: Patience = PATIENCE,
        notes: ApiNotes | None = None,
    ) -> None:
        """Take the client of the server.

        model: "" means the assistant's own, else OpenAI's default or the first that the server lists. place: what the
        label calls the server, its host if empty. patience: with a response that lost its stream.
        notes: where it is kept what the server does not take; None: nowhere.
        """
        super().__init__(client, ModelChoice(client, model), place)
        self._patience = patience
        self._memory = ThreadMemory(client)
        self._requests = RequestBuilder(is_openai=client.server.is_openai)
        self._lacks = ServerLacks(client.server, self._memory, self._requests, notes)
        self._open_run: ResponseFollower | None = None
        self._can_begin_anew = self._can_shorten = True
        self._is_ignored = self._is_lost = False
        self._doubted: set[Way] = set()
        """Ways to remember that the server seems to have refused in this turn."""
        self._long_thread_id = ""

    @property
    def remote_objects(self) -> tuple[Deletion, ...]:
        """The conversation, what is left over of earlier ones, and the responses."""
        return self._memory.objects

    @property
    def resume_run(self) -> ResumeRun | None:
        """Follows a response that goes on in the background; None where the last one did not."""
        follower = self._open_run
        return self._resume if follower is None or follower.is_in_background else None

    async def stream_run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Send what the server does not have, and yield the response's events to its true end.

        A request that a server refuses for a field of ours, or for its length, is sent once more without. Raises:
        BackendError.
        """
        await self.prepare()
        await self._finish_previous_run()
        model = await self.models.choose(request.assistant)
        self._requests.prompts.fit(model, self.models.context_tokens)
        self._can_begin_anew = self._can_shorten = True
        self._is_lost = False
        self._requests.begin_turn()
        self._doubted.clear()
        self._follow_thread(request)
        while True:
            start = await self._memory.begin(request.thread.messages, goes_on=bool(request.tool_outputs))
            if start.is_new:
                yield ThreadCreated(self._memory.conversation_id)
            draft = self._requests.draft(model, request, start)
            try:
                async with aclosing(self._run_once(request, draft)) as events:
                    async for event in events:
                        yield event
            except (NotHere, Refused) as error:
                if not self._adapt(error, draft, request):
                    self._unlearn()
                    raise await self._explained(error) from error
                if self._is_lost:
                    self._is_lost = False
                    yield ThreadLost()
            else:
                if not self._is_ignored:
                    await self._lacks.keep()
                    return
                self._memory.step_down()

    async def cancel_run(self) -> None:
        """Cancel the response whose stream was closed last, if it goes on without one, at most CANCEL_S.

        Raises: BackendError; TimedOut if the response goes on.
        """
        follower, self._open_run = self._open_run, None
        if follower is None or follower.is_over:
            return
        try:
            async with asyncio.timeout(CANCEL_S):
                if await follower.learn_id() and follower.is_in_background:
                    await follower.cancel()
                    self._memory.settle()
        except TimeoutError:
            raise timed_out(self._client.server) from None
        finally:
            self._memory.note_response(follower.response_id, follower.accumulator.response)

    async def delete_remote(self) -> tuple[Deletion, ...]:
        """Delete conversation, items and responses at the same time; a response that still lives is cancelled first."""
        until_s = asyncio.get_running_loop().time() + DELETE_S
        await self._abandon()
        return await self._memory.delete(until_s)

    async def close(self) -> None:
        """Free the connections."""
        if self._open_run is not None:
            await self._open_run.learn_id(wait_s=0)
        await self._memory.close()
        await self._client.close()

    async def _look_around(self) -> None:
        """Ask a server other than OpenAI's for its models."""
        await self._lacks.recall()
        if not self._client.server.is_openai:
            await self.models.look_briefly()

    # -- one run -------------------------------------------------------------------------------------------------

    async def _run_once(self, request: RunRequest, draft: Draft) -> AsyncGenerator[RunEvent, None]:
        follower = self._open_run = ResponseFollower(
            self._client,
            self._patience,
            outlives_stream="background" in draft.fields,
            dropped_messages=draft.prompt.dropped_messages,
        )
        is_refused = has_begun = self._is_ignored = False
        try:
            async with aclosing(follower.events(self._client.request("POST", "/responses", draft.body))) as events:
                async for event in events:
                    if not has_begun and not isinstance(event, StreamFault):
                        has_begun = True
                        self._memory.note_response(follower.response_id, follower.accumulator.response)
                        await self._client.ledger.written()
                        self._is_ignored = self._memory.was_ignored(draft.start, follower.accumulator.response)
                    if self._is_ignored:
                        break
                    yield event
        except BackendError as error:
            # Refused by the server: there is no response, and the conversation is as it was.
            is_refused = isinstance(error, Unreachable) or 400 <= (error.facts.status or 0) < 500
            is_refused = is_refused and not follower.response_id
            raise
        finally:
            self.unknown_events += follower.accumulator.unknown_events
            self._note_response(follower, draft)
            if is_refused:
                self._open_run = None
            else:
                self._note_end(request, follower, draft)
        await self._abandon()

    def _note_response(self, follower: ResponseFollower, draft: Draft) -> None:
        response = follower.accumulator.response
        self._memory.note_response(follower.response_id, response)
        if response:
            self._requests.note_taken()
        if response and "background" in draft.fields and not follower.is_in_background:
            self._requests.refused.add("background")

    def _note_end(self, request: RunRequest, follower: ResponseFollower, draft: Draft) -> None:
        accumulator = follower.accumulator
        run = accumulator.run
        self._requests.waiting_calls = run.required_calls if run else ()
        if run is None or not accumulator.has_ended:
            self._memory.distrust(is_over=False)
            return
        self._open_run = None
        if run.usage is not None and not draft.start.is_kept:
            self._requests.prompts.learn(draft.prompt, run.usage.input_tokens)
        if run.status in ("completed", "requires_action"):
            self._memory.note_whole(request.thread.messages, accumulator.written_ids, accumulator.response)
        else:
            self._memory.distrust(is_over=True)

    async def _resume(self, _request: RunRequest, remote: RemoteRun) -> AsyncGenerator[RunEvent, None]:
        await self.prepare()
        self._memory.take_over(remote.objects)
        follower = self._open_run = ResponseFollower(self._client, self._patience, outlives_stream=True)
        try:
            async with aclosing(follower.rejoined(remote.id)) as events:
                async for event in events:
                    yield event
        finally:
            self.unknown_events += follower.accumulator.unknown_events
            if follower.is_over or not follower.response_id:
                self._open_run = None

    # -- what a server does not take -----------------------------------------------------------------------------

    def _follow_thread(self, request: RunRequest) -> None:
        """Keep the thread here, should it have got too long for what the server has, but not those after it."""
        if self._long_thread_id not in ("", request.thread.id):
            self._long_thread_id = ""
            self._memory.use_again()

    def _adapt(self, error: BackendError, draft: Draft, request: RunRequest) -> bool:
        """Prepare for another try of a request that a server refused; False if there is nothing more to try."""
        if self._requests.adapt(error, draft):
            return True
        memory = next(iter(draft.start.fields), "")
        if memory and is_lost(error):
            return self._do_without(error, draft)
        if memory and is_about_field(error, memory):
            self._doubted.add(self._memory.way)
            self._memory.step_down()
            return True
        if self._can_shorten and is_about_context(error):
            self._can_shorten = False
            self._long_thread_id = request.thread.id
            self._memory.use_none()
            self._requests.shorten(error, draft)
            return True
        return False

    def _unlearn(self) -> None:
        """Forget what this turn seemed to teach: the server refused the request without that too."""
        self._requests.unlearn()
        if self._doubted:
            self._memory.lacking -= self._doubted
            self._memory.use_again()

    def _do_without(self, error: BackendError, draft: Draft) -> bool:
        """Begin anew where the server has lost what it had; a way that loses it at once is left."""
        if draft.start.is_new and not is_named_lost(error):
            return False
        if draft.start.is_new or not self._can_begin_anew:
            self._memory.step_down()
        else:
            self._can_begin_anew = False
            self._is_lost = self._memory.forget_lost()
        return True

    async def _explained(self, error: BackendError) -> BackendError:
        if is_no_such_path(error) and not self._requests.has_been_taken:
            happened = _("{server} does not have the Responses API.").format(server=self._client.server.name)
            return NotHere(happened, _("Use --api chat, or check the address given with --base-url."), error.facts)
        return await self.models.explained(error)

    # -- its end -------------------------------------------------------------------------------------------------

    async def _finish_previous_run(self) -> None:
        try:
            await self.cancel_run()
        except BackendError as error:
            log.warning("a response could not be cancelled: %s", type(error).__name__)

    async def _abandon(self) -> None:
        """Ask for a response to be cancelled, without waiting long for its end."""
        try:
            async with asyncio.timeout(ABANDON_S):
                await self.cancel_run()
        except (BackendError, TimeoutError) as error:
            log.warning("a response could not be cancelled: %s", type(error).__name__)
