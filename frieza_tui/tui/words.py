"""What the screen says about preparations, runs and ends of turns, in the language in use. Knows no widget."""

from typing import assert_never

from frieza_tui.backends.base import Preparation
from frieza_tui.crash_report import mistake_words
from frieza_tui.domain.run import Run, ToolCall, Usage
from frieza_tui.domain.turn import Trouble, TurnDelayed, TurnEnded, TurnSilent
from frieza_tui.i18n import _, ngettext, retold
from frieza_tui.tui.log.bubble import Tone

USER_LABEL = "あなた"
"""Whatever the language: it is the article's word, beside フリーザ様."""


def preparation_words(preparation: Preparation) -> str:
    """Say how far the backend is, in a few words."""
    match preparation.stage:
        case "starting_server":
            words = _("starting the server")
        case "fetching_key":
            words = _("asking the keyring")
        case "connecting":
            words = _("connecting")
        case "joining_model":
            words = _("joining the model")
        case "loading_model":
            words = _("loading the model")
        case "ready":
            words = _("ready")
        case "failed":
            words = _("not ready")
        case _:
            assert_never(preparation.stage)
    return words if preparation.fraction is None else f"{words} {preparation.fraction:.0%}"


def waiting_words(preparation: Preparation) -> str:
    """Say what a message waits for that has been handed over, as long as nobody has said that there is a run."""
    match preparation.stage:
        case "ready" | "failed":
            return _("sending")
        case "starting_server":
            return " · ".join([_("queued"), preparation_words(preparation)])
        case _:
            return preparation_words(preparation)


def state_words(
    preparation: Preparation,
    moment: TurnDelayed | TurnSilent | TurnEnded | None,
    *,
    is_busy: bool,
    is_leaving: bool,
    is_reached: bool = True,
) -> tuple[str, Tone]:
    """Say how things are, for the status bar; with the tone to say it in.

    moment: what the open turn waits for, that nothing comes, or how the last one ended. is_reached: whether the server
    ever answered.
    """
    if is_leaving:
        return _("deleting…"), "active"
    stage = preparation.stage
    match moment:
        case TurnDelayed(left_s=left_s) if left_s:
            return _("waiting {seconds} s").format(seconds=left_s), "warning"
        case TurnSilent(silent_s=silent_s):
            return _("silent for {seconds} s").format(seconds=silent_s), "warning"
        case TurnEnded(outcome="failed", trouble=trouble) if stage == "ready" or (stage == "failed" and trouble):
            return _trouble_words(trouble), "error"
        case _ if stage == "ready":
            if is_busy:
                return _("answering"), "active"
            return (preparation_words(preparation) if is_reached else _("not connected yet")), ""
        case _:
            return preparation_words(preparation), "error" if stage == "failed" else "warning"


def delay_words(delayed: TurnDelayed) -> str:
    """Say for how long a turn waits for its server, and why, in a few words."""
    if not delayed.left_s:
        return _("trying again")
    words = _("rate limit, {seconds} s left") if delayed.is_limit else _("overloaded, {seconds} s left")
    return words.format(seconds=delayed.left_s)


def delay_sentence(delayed: TurnDelayed | TurnSilent | None, server: str) -> str:
    """Say it whole, or that nothing comes, and how to stop it; "" where there is nothing to wait for."""
    if isinstance(delayed, TurnSilent):
        return _("Nothing has come for {seconds} s; Esc cancels.").format(seconds=delayed.silent_s)
    if delayed is None or not delayed.left_s:
        return ""
    stops = _("Trying again in {seconds} s; Esc cancels.").format(seconds=delayed.left_s)
    limited = _("Rate limited by {server}.") if delayed.is_limit else _("{server} is overloaded.")
    return f"{limited.format(server=server)} {stops}"


def _trouble_words(trouble: Trouble) -> str:
    match trouble:
        case "connection":
            return _("no connection")
        case "key":
            return _("key refused")
        case "limit":
            return _("limit reached")
        case "":
            return _("failed")
        case _:
            assert_never(trouble)


def run_words(run: Run) -> str:
    """Say which state a run is in, in the API's words."""
    match run.status:
        case "queued":
            return _("queued")
        case "in_progress" if run.read_fraction is not None:
            return _("reading {percent}").format(percent=f"{run.read_fraction:.0%}")
        case "in_progress":
            return _("in progress")
        case "requires_action":
            return _("requires action")
        case "completed":
            return _("completed")
        case "incomplete":
            return _("incomplete")
        case "failed":
            return _("failed")
        case "cancelling" | "cancelled":
            return _("cancelled")
        case "expired":
            return _("expired")
        case _:
            assert_never(run.status)


def ending_words(ended: TurnEnded, *, is_fetched: bool = False) -> str:
    """Say how a turn ended: the outcome, and for an answer its seconds and tokens, and whether a part was fetched."""
    match ended.outcome:
        case "done":
            fetched = [_("fetched after a cut")] if is_fetched else []
            return " · ".join([_("completed"), *_measures(ended), *fetched])
        case "incomplete":
            return " · ".join([_("incomplete"), *_measures(ended)])
        case "cancelled":
            return _("cancelled")
        case "failed":
            return _("failed")
        case _:
            assert_never(ended.outcome)


def mistake_ending(error: BaseException, report: str) -> TurnEnded:
    """Return the end of a turn that an error of our own broke. report: where more about it is, one sentence."""
    return TurnEnded("failed", f"{mistake_words(error)} {report}", _("Send again."))


def ending_note(ended: TurnEnded) -> str:
    """Say what a turn that did not end well leaves to know: why, what to do. Empty if nothing."""
    if ended.outcome == "cancelled":
        return retold(ended.happened) or _("Cut here: the answer was cancelled.")
    return run_together(retold(ended.happened), _todo(ended))


def run_together(*sentences: str) -> str:
    """Write sentences one behind the other, as they are shown: Japanese ones have no space between them."""
    return " ".join(filter(None, sentences)).replace("。 ", "。")


def _todo(ended: TurnEnded) -> str:
    match ended.rest:
        case "":
            return retold(ended.todo)
        case "lost":
            return _("Ctrl+G goes on from here, Ctrl+R asks again.")
        case "on_server":
            return _("Ctrl+R fetches the rest.")
        case _:
            assert_never(ended.rest)


def _measures(ended: TurnEnded) -> list[str]:
    measures = [_("{seconds} s").format(seconds=f"{ended.total_s:.1f}")] if ended.total_s or ended.usage else []
    if ended.usage is not None:
        measures.append(token_words(ended.usage))
    return measures


def token_words(usage: Usage) -> str:
    """Say how many tokens were written."""
    count = usage.output_tokens
    return ngettext("{count} token", "{count} tokens", count).format(count=count)


def tool_words(call: ToolCall) -> str:
    """Say which tool a tool call uses."""
    match call.kind:
        case "code_interpreter":
            return _("Code interpreter")
        case "file_search":
            return _("File search")
        case "web_search":
            return _("Web search")
        case "image_generation":
            return _("Image generation")
        case "function":
            return _("Function {name}").format(name=call.name)
        case "mcp" | "other":
            return _("Tool {name}").format(name=call.name)
        case _:
            assert_never(call.kind)
