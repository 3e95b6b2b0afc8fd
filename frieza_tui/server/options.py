"""What the owner of a server decides about it."""

from dataclasses import dataclass, field

from frieza_tui.server.listen import ConnectionLimits


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Who may use the server, where it keeps its state, and its limits."""

    token: str
    """The bearer token that every request must carry."""
    database: str = ":memory:"
    """Path of the SQLite file, or ":memory:"."""
    host: str = "127.0.0.1"
    """The address that the server is bound to; requests must name it, or loopback, as their host."""
    tells_reading: bool = False
    """Tell in a stream how far a prompt is read, by thread.run.in_progress again; for this program's own screen."""
    max_streams: int = 64
    """Streams open at once; one more is refused with 429."""
    run_lifetime_s: float = 3600.0
    """Seconds after its creation at which an unfinished run expires."""
    reader_grace_s: float = 5.0
    """Seconds that a run waits for a reader whose buffer is full; then the reader is dropped and the run goes on."""
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
