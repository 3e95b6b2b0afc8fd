"""The error tree: each error says what happened, to what, and what to do now.

FriezaError
├── SettingsError       a settings file, variable or flag is wrong
├── AssistantFileError  an assistant file cannot be used
├── StoreError          what is kept on disk cannot be read or written
│   └── UnusableFile    it is damaged, another program's, or of a newer version, and was left as it is
├── ModelError          the embedded model is missing, damaged or cannot run here
└── BackendError        a server or its stream
    ├── Unreachable     refused, unknown name, no route, proxy in the way
    ├── TimedOut        silence, before or within a stream
    ├── StreamCut       the stream broke or ended early
    ├── BadReply        HTML or other things where JSON or events were due
    ├── AuthFailed      401, 403
    ├── NotHere         404, 405, 410, 501: the server does not have this API, object or model
    ├── RateLimited     429
    ├── Refused         400 and other 4xx
    └── ServerFault     5xx, an error event, a failed run
"""

from dataclasses import dataclass


class FriezaError(Exception):
    """Any error that a user is told about; `str()` gives both sentences."""

    def __init__(self, happened: str, todo: str = "") -> None:
        super().__init__(happened, todo)
        self.happened = happened
        """One sentence: what happened, to what."""
        self.todo = todo
        """One sentence: what to do now. May be empty."""

    def __str__(self) -> str:
        return f"{self.happened} {self.todo}".strip()


class SettingsError(FriezaError):
    """A settings file, variable or flag is wrong."""


class AssistantFileError(FriezaError):
    """An assistant file cannot be used."""


class StoreError(FriezaError):
    """What is kept on disk cannot be read or written."""


class NotKept(StoreError):
    """The file of the threads takes nothing now; what it says to do is meant for a conversation that was to be kept."""


class UnusableFile(StoreError):
    """The file of the threads is damaged, another program's, or of a newer version; it was left as it is."""


class PartNotKept(StoreError):
    """The file of the threads can never hold something of the conversation; everything else is in it."""


class ModelError(FriezaError):
    """The embedded model is missing, damaged or cannot run on this machine."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Where an error came from, for the log and for bug reports."""

    provider: str = ""
    """The server's base URL or name."""
    status: int | None = None
    """HTTP status code."""
    request_id: str | None = None
    code: str | None = None
    """The error code the server gave."""


class BackendError(FriezaError):
    """A server, or its stream, did not do what was asked."""

    def __init__(self, happened: str, todo: str = "", facts: ServerFacts | None = None) -> None:
        super().__init__(happened, todo)
        self.facts = facts or ServerFacts()


class Unreachable(BackendError):
    """No connection: refused, unknown name, no route, or a proxy in the way."""


class TimedOut(BackendError):
    """The server was silent for too long."""


class StreamCut(BackendError):
    """The stream broke, or ended before the run did."""


class BadReply(BackendError):
    """The server answered something else than its API says."""


class AuthFailed(BackendError):
    """The key is missing, wrong, or may not do this."""


class NotHere(BackendError):
    """The server does not have this API, object or model."""


class RateLimited(BackendError):
    """Too many requests, or no quota."""

    def __init__(
        self,
        happened: str,
        todo: str = "",
        facts: ServerFacts | None = None,
        retry_after_s: float | None = None,
        *,
        is_lasting: bool = False,
    ) -> None:
        super().__init__(happened, todo, facts)
        self.retry_after_s = retry_after_s
        """Seconds to wait, as the server names them; None if it does not."""
        self.is_lasting = is_lasting
        """No wait helps: the account has no quota left."""


class Refused(BackendError):
    """The server understood and said no (400 and other 4xx)."""


class ServerFault(BackendError):
    """The server failed (5xx, an error event)."""

    def __init__(
        self,
        happened: str,
        todo: str = "",
        facts: ServerFacts | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(happened, todo, facts)
        self.retry_after_s = retry_after_s
        """Seconds after which the server, overloaded, asks to be asked again; None if it does not say."""
