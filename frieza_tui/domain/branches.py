"""The branches of a thread: where they part, going from one to another, taking messages out. Pure; knows no run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frieza_tui.domain.thread import Message, Node, Thread


@dataclass(frozen=True, slots=True)
class Fork:
    """A message among those that follow the same one."""

    number: int
    """From 1, in order of arrival."""
    count: int


def nodes_of(thread: Thread, start: int = 0) -> tuple[Node, ...]:
    """Return all messages of a thread in order of arrival, from a place on."""
    if thread.nodes:
        return thread.nodes[start:]
    messages = thread.messages[start:]
    parents = [thread.messages[start - 1].id if start else "", *(message.id for message in messages)]
    return tuple(map(Node, messages, parents))


def arrived(thread: Thread) -> tuple[int, str | None]:
    """Return how many messages a thread has on all its branches, and the id of the one that arrived last."""
    if thread.nodes:
        return len(thread.nodes), thread.nodes[-1].message.id
    return len(thread.messages), thread.head_id or None


def common_start(one: Thread, other: Thread) -> int:
    """Return how many messages two threads begin with alike, in order of arrival."""
    if one.nodes or other.nodes:
        return common_length(nodes_of(one), nodes_of(other))
    return common_length(one.messages, other.messages)


def common_length(ones: tuple[object, ...], others: tuple[object, ...]) -> int:
    """Return how many items two tuples begin with alike; where one goes on with the other, by addresses alone."""
    if others[: len(ones)] == ones:
        return len(ones)
    pairs = enumerate(zip(ones, others, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(ones), len(others)))


def thread_of(thread_id: str, nodes: Sequence[Node], head_id: str) -> Thread:
    """Return the thread of these messages whose path ends at one of them; "" for a path without messages.

    A head that is not among them is taken for the one that arrived last.
    """
    by_id = {node.message.id: node for node in nodes}
    at = by_id.get(head_id) if head_id in by_id or not head_id else nodes[-1] if nodes else None
    path: list[Message] = []
    while at is not None:
        path.append(at.message)
        at = by_id.get(at.parent_id)
    path.reverse()
    return Thread(thread_id, tuple(path), tuple(nodes) if len(path) < len(nodes) else ())


def forks(thread: Thread) -> dict[str, Fork]:
    """Return, by their ids, the messages beside which there are others."""
    if not thread.nodes:
        return {}
    families: dict[str, list[str]] = {}
    for node in thread.nodes:
        families.setdefault(node.parent_id, []).append(node.message.id)
    return {
        one: Fork(number, len(family))
        for family in families.values()
        if len(family) > 1
        for number, one in enumerate(family, 1)
    }


def followers(thread: Thread, message_id: str) -> list[str]:
    """Return the ids of the messages that follow one directly, on whatever branch; "" asks for the first ones."""
    if not thread.nodes and message_id == thread.head_id:
        return []  # what is asked at every turn; a long thread need not be gone through
    return [node.message.id for node in nodes_of(thread) if node.parent_id == message_id]


def parent_of(thread: Thread, message_id: str) -> str:
    """Return the id of the message before one; "" if it is a first one, or not in the thread."""
    return next((node.parent_id for node in nodes_of(thread) if node.message.id == message_id), "")


def ending_at(thread: Thread, head_id: str) -> Thread:
    """Return the thread with its path cut, or led another way, to end at a message; "" for before the first."""
    return thread_of(thread.id, nodes_of(thread), head_id)


def by_way_of(thread: Thread, message_id: str) -> Thread:
    """Return the thread with its path through a message, and on to the last that arrived behind it."""
    if any(message.id == message_id for message in thread.messages):
        return thread
    nodes = nodes_of(thread)
    family = {message_id}
    last = message_id
    for node in nodes:
        if node.parent_id in family:
            last = node.message.id
            family.add(last)
    return thread_of(thread.id, nodes, last)


def without(thread: Thread, message_id: str) -> Thread:
    """Return the thread without a message; a user's takes the replies to it along.

    What followed them follows what was before them. Where the path loses its end, it goes on to a branch beside it.
    """
    nodes = nodes_of(thread)
    gone = _to_go(nodes, message_id)
    if not gone:
        return thread
    parents = {node.message.id: node.parent_id for node in nodes}

    def kept_parent(parent_id: str) -> str:
        while parent_id in gone:
            parent_id = parents[parent_id]
        return parent_id

    left = [Node(node.message, kept_parent(node.parent_id)) for node in nodes if node.message.id not in gone]
    head_id = kept_parent(thread.head_id)
    shorter = thread_of(thread.id, left, head_id) if left else Thread(thread.id)
    return shorter if thread.head_id not in gone else _beside(shorter, nodes, message_id)


def _to_go(nodes: Iterable[Node], message_id: str) -> set[str]:
    gone: set[str] = set()
    for node in nodes:
        is_reply = node.parent_id == message_id and node.parent_id in gone and node.message.role == "assistant"
        if node.message.id == message_id or is_reply:
            gone.add(node.message.id)
    return gone


def _beside(thread: Thread, before: Sequence[Node], message_id: str) -> Thread:
    """Lead a path that lost its end to the branch before the one that is gone, else to the one after it."""
    parent_id = next(node.parent_id for node in before if node.message.id == message_id)
    family = [node.message.id for node in before if node.parent_id == parent_id]
    place = family.index(message_id)
    others = [*reversed(family[:place]), *family[place + 1 :]]
    return by_way_of(thread, others[0]) if others else thread
