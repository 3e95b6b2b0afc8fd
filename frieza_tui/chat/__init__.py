"""One conversation: turns, queue, cancel. Knows no face and no SDK.

The one streaming loop of the program is `conversation.Chat._pump`: it reads the backend's run events into the journal,
then into the open turn, which makes their texts safe (`open_turn`).
"""

from frieza_tui.chat.conversation import Chat
from frieza_tui.chat.cut_run import CutRun, open_run_of
from frieza_tui.chat.journal import Journal
from frieza_tui.chat.message_queue import MessageQueue
from frieza_tui.chat.past import Past
from frieza_tui.chat.patience import Patience
from frieza_tui.chat.receipt import receipt_line
from frieza_tui.chat.silence import SilenceWatch

__all__ = [
    "Chat",
    "CutRun",
    "Journal",
    "MessageQueue",
    "Past",
    "Patience",
    "SilenceWatch",
    "open_run_of",
    "receipt_line",
]
