import pytest
from hypothesis import given
from hypothesis import strategies as st

from frieza_tui.domain.branches import (
    Fork,
    arrived,
    by_way_of,
    common_start,
    ending_at,
    followers,
    forks,
    nodes_of,
    parent_of,
    thread_of,
    without,
)
from frieza_tui.domain.thread import Message, TextPart, Thread


def said(name: str) -> Message:
    """A message named by its text; small letters are the user's, capitals the assistant's."""
    return Message("user" if name.islower() else "assistant", (TextPart(name),), id=name)


def line(names: str, before: Thread | None = None) -> Thread:
    thread = before or Thread("thread_1")
    for name in names.split():
        thread = thread.with_message(said(name))
    return thread


def path(thread: Thread) -> str:
    return " ".join(message.id for message in thread.messages)


def test_a_line_has_no_nodes_of_its_own_and_no_forks() -> None:
    thread = line("a A b B")
    assert (thread.nodes, forks(thread)) == ((), {})
    assert [(node.message.id, node.parent_id) for node in nodes_of(thread)] == [
        ("a", ""),
        ("A", "a"),
        ("b", "A"),
        ("B", "b"),
    ]


def test_a_message_beside_another_begins_a_branch_and_the_earlier_one_stays() -> None:
    both = line("c C", ending_at(line("a A b B"), "A"))
    assert path(both) == "a A c C"
    assert forks(both) == {"b": Fork(1, 2), "c": Fork(2, 2)}
    assert path(by_way_of(both, "b")) == "a A b B"


def test_the_first_message_can_have_others_beside_it() -> None:
    both = line("b", ending_at(line("a A"), ""))
    assert path(both) == "b"
    assert followers(both, "") == ["a", "b"]
    assert parent_of(both, "b") == ""


def test_going_to_a_branch_leads_on_to_what_arrived_last_behind_it() -> None:
    three = line("C", ending_at(line("b2 B2", ending_at(line("a A b B"), "A")), "a"))
    assert path(three) == "a C"
    assert path(by_way_of(three, "A")) == "a A b2 B2"


def test_a_message_of_the_path_leads_nowhere_else() -> None:
    thread = line("a A b B")
    assert by_way_of(thread, "A") is thread


@pytest.mark.parametrize(
    ("gone", "left"),
    [("a", "b B"), ("A", "a b B"), ("b", "a A"), ("B", "a A b"), ("nobody", "a A b B")],
)
def test_a_users_message_goes_with_its_reply_a_reply_alone_and_what_followed_stays(gone: str, left: str) -> None:
    shorter = without(line("a A b B"), gone)
    assert path(shorter) == left
    assert shorter.nodes == ()


def test_a_users_message_goes_with_all_replies_to_it() -> None:
    both = line("A2 c C", ending_at(line("a A b B"), "a"))
    shorter = without(both, "a")
    assert path(shorter) == "c C"
    assert forks(shorter) == {"b": Fork(1, 2), "c": Fork(2, 2)}


def test_a_deleted_end_gives_way_to_the_branch_beside_it() -> None:
    both = line("c C", ending_at(line("a A b B"), "A"))
    assert path(without(both, "c")) == "a A b B"
    assert path(without(by_way_of(both, "b"), "b")) == "a A c C"


def test_nothing_is_left_of_a_thread_whose_only_turn_is_deleted() -> None:
    assert without(line("a A"), "a") == Thread("thread_1")


def test_a_head_that_is_not_there_is_the_last_message() -> None:
    nodes = nodes_of(line("a A"))
    assert path(thread_of("thread_1", nodes, "gone")) == "a A"
    assert path(thread_of("thread_1", nodes, "")) == ""


@given(st.data())
def test_whatever_is_done_the_path_is_one_of_the_tree_and_all_messages_stay(data: st.DataObject) -> None:
    thread = Thread("thread_1")
    names: list[str] = []
    for number in range(data.draw(st.integers(1, 12))):
        parent_id = data.draw(st.sampled_from(["", *names]))
        name = f"{'a' if number % 2 else 'A'}{number}"
        thread = line(name, ending_at(thread, parent_id))
        names.append(name)
        assert thread.head_id == name
        assert parent_of(thread, name) == parent_id
    assert sorted(node.message.id for node in nodes_of(thread)) == sorted(names)
    for name in names:
        through = by_way_of(thread, name)
        assert name in path(through).split()
        assert followers(through, through.head_id) == [] or through is thread
    gone = data.draw(st.sampled_from(names))
    left = without(thread, gone)
    known = {"", *(node.message.id for node in nodes_of(left))}
    assert gone not in known
    assert all(node.parent_id in known for node in nodes_of(left))


def test_messages_can_be_had_from_a_place_on() -> None:
    for thread in (line("a A b B"), line("c C", ending_at(line("a A b B"), "A"))):
        assert [nodes_of(thread, start) for start in range(5)] == [nodes_of(thread)[start:] for start in range(5)]


def test_a_thread_begins_like_the_one_that_it_goes_on_with() -> None:
    talk = line("a A b B")
    branched = line("c C", ending_at(talk, "A"))
    longer = line("d", branched)
    assert common_start(branched, longer) == common_start(longer, branched) == 6
    assert common_start(talk, branched) == 4
    assert common_start(Thread(), talk) == 0
    assert (arrived(longer), arrived(talk), arrived(Thread())) == ((7, "d"), (4, "B"), (0, None))
