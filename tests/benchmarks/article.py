"""The reference for the line face: the article's loop as it was written, one message long. Run as a script."""

import sys
import warnings

from openai import OpenAI

warnings.simplefilter("ignore", DeprecationWarning)


def main() -> None:
    """Print the reply to the message on the command line as it streams."""
    client = OpenAI(max_retries=0)
    assistant = client.beta.assistants.create(model="bench", name="フリーザ様")
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread_id=thread.id, role="user", content=sys.argv[1])
    for event in client.beta.threads.runs.create(thread_id=thread.id, assistant_id=assistant.id, stream=True):
        if event.event == "thread.message.delta":
            for part in event.data.delta.content or []:
                if part.type == "text" and part.text is not None:
                    sys.stdout.write(part.text.value or "")
                    sys.stdout.flush()
    client.beta.threads.delete(thread.id)
    client.beta.assistants.delete(assistant.id)


if __name__ == "__main__":
    main()
