"""What the doctor found, as plain data: for JSON as it stands, for people by `doctor/words.py`. Looks at nothing."""

import msgspec


class Terminal(msgspec.Struct, frozen=True):
    """The terminal, as it describes itself."""

    name: str | None
    colours: int
    """0: none are used."""
    is_light: bool | None
    kitty_keys: bool | None
    """Whether it knows the kitty key protocol; None if it was not asked or did not answer anything."""
    ambiguous_width: int | None
    """Cells, as it was seen to draw; None if it did not tell."""
    has_own_cursor: bool
    """Whether it tells where its cursor is, so that an input method's window can be put there."""
    clipboard: str
    """By which way copies go first: a program's name, or "terminal"."""


class SetValue(msgspec.Struct, frozen=True):
    """A setting that is not left at its default, or something that was chosen on the screen."""

    name: str
    value: str
    """Secrets are masked."""
    source: str


class SettingsFound(msgspec.Struct, frozen=True):
    """Where settings came from."""

    file: str
    is_there: bool
    values: list[SetValue]


class ServerFound(msgspec.Struct, frozen=True):
    """A server that is set, was chosen, or was found on this machine."""

    base_url: str
    name: str
    is_in_use: bool
    """Whether it is the one that answers by default."""
    api: str | None = None
    models: int | None = None
    answer_ms: int | None = None
    key_in: str | None = None
    """Where a key that was given on the screen is: "keyring", or a file's path; settings tell of theirs themselves."""
    problem: str | None = None


class ModelFound(msgspec.Struct, frozen=True):
    """The embedded model that would run."""

    name: str | None = None
    path: str | None = None
    is_right: bool | None = None
    """Whether the checksum is; None if it was not to be read, or is not known."""
    load_s: float | None = None
    first_token_s: float | None = None
    tokens_per_s: float | None = None
    note: str | None = None
    problem: str | None = None


class Folder(msgspec.Struct, frozen=True):
    """A folder of ours."""

    path: str
    size_bytes: int
    free_bytes: int | None
    """On its disk; None if the system does not tell."""


class Disk(msgspec.Struct, frozen=True):
    """What is kept on disk."""

    folders: list[Folder]
    leftovers: int | None
    """Objects on servers that a crash left over; None if the ledger cannot be read."""
    problem: str | None = None


class Report(msgspec.Struct, frozen=True):
    """Everything."""

    version: str
    python: str
    system: str
    terminal: Terminal | None
    """None: standard input and output are no terminal."""
    settings: SettingsFound
    servers: list[ServerFound]
    model: ModelFound
    disk: Disk
    answerer: str
    """Who answers by default: a base URL, or "embedded"."""
    works: bool
    """Whether the default way to chat does."""
