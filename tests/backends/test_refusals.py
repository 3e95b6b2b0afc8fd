import pytest

from frieza_tui.backends.named_server import Server
from frieza_tui.backends.openai_client import OpenAIClient
from frieza_tui.backends.refusals import (
    context_numbers,
    is_about_context,
    is_about_field,
    is_about_model,
    is_lost,
    is_no_such_path,
)
from frieza_tui.domain.errors import BackendError
from tests.support.raw_http import error_answer, serve


async def refusal(words: str, status: int = 400, code: str | None = None) -> BackendError:
    """Return the error that a server's words become."""
    async with serve(lambda _call: error_answer(status, words, code)) as server:
        client = OpenAIClient(Server(server.base_url), loads_assistants=False)
        await client.open()
        with pytest.raises(BackendError) as caught:
            await client.call(client.request("POST", "/x", b"{}"))
        await client.close()
        return caught.value


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        # OpenAI, llama.cpp, vLLM, Anthropic behind a gateway, one that counts in words, one that does not count
        (
            "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens "
            "(8000 in the messages, 1000 in the completion). Please reduce the length.",
            (9000, 8192),
        ),
        ("request (2030 tokens) exceeds the available context size (512 tokens), try increasing it", (2030, 512)),
        ("maximum context length is 4,096 tokens. However, you requested 5,000 tokens", (5000, 4096)),
        ("prompt is too long: 200251 tokens > 200000 maximum", (200251, 200000)),
        ("too many tokens in the prompt", None),
        pytest.param(
            f"maximum context length is {'9' * 5000}, and you sent {'8' * 5000}", None, id="numbers without end"
        ),
        ("the context window is full", None),
    ],
)
async def test_a_refusal_for_length_is_known_with_its_numbers(words: str, numbers: tuple[int, int] | None) -> None:
    error = await refusal(words)
    assert is_about_context(error)
    assert not is_about_field(error, "max_output_tokens")
    assert context_numbers(error) == numbers


@pytest.mark.parametrize(
    "words",
    [
        "Unknown parameter: 'background'.",
        "background: Extra inputs are not permitted",
        "[{'type': 'extra_forbidden', 'loc': ('body', 'background')}]",
    ],
)
async def test_a_refusal_for_a_field_names_it(words: str) -> None:
    error = await refusal(words)
    assert is_about_field(error, "background")
    assert not is_about_field(error, "store")
    assert not is_about_context(error)
    assert not is_about_model(error)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("The model `gpt-x` does not exist or you do not have access to it.", 404, "model_not_found"),
        ('model "gpt-x" not found, try pulling it first', 404, None),
        ("gpt-x is not a valid model ID", 400, None),
        ("unknown model: gpt-x", 400, None),
    ],
)
async def test_a_refusal_for_the_model_is_known(words: str, status: int, code: str | None) -> None:
    assert is_about_model(await refusal(words, status, code))


@pytest.mark.parametrize(("words", "status"), [("Not found", 404), ("the model is overloaded", 503), ("bad", 400)])
async def test_other_refusals_are_about_nothing_known(words: str, status: int) -> None:
    error = await refusal(words, status)
    assert not is_about_model(error)
    assert not is_about_context(error)


@pytest.mark.parametrize(
    ("words", "is_of_the_api"),
    [
        # OpenAI, FastAPI, llama.cpp, Express, Go, and one without words
        ("Invalid URL (POST /v1/responses)", True),
        ("Not Found", True),
        ("File Not Found", True),
        ("Cannot POST /v1/chat/completions", True),
        ("404 page not found", True),
        ("", True),
        # OpenRouter, twice; OpenAI
        ("No endpoints found matching your data policy (Free model publication).", False),
        ("No endpoints found that support image input", False),
        ("File 'file-1' was not found.", False),
        ("Conversation with id 'conv_1' not found.", False),
    ],
)
async def test_a_server_without_the_api_is_told_from_one_without_what_was_asked_for(
    words: str, *, is_of_the_api: bool
) -> None:
    assert is_no_such_path(await refusal(words, 404)) is is_of_the_api


@pytest.mark.parametrize(
    ("words", "status", "is_said"),
    [
        ("Conversation with id 'conv_1' not found.", 404, True),
        ("No such conversation", 404, True),
        ("resp_1 is unknown here", 404, True),
        ("Not Found", 404, True),
        ("Previous response with id 'resp_1' not found.", 400, True),
        ("File 'file-1' was not found.", 404, False),
        ("The model 'x' does not exist", 404, False),
        ("Another process is currently operating on this conversation.", 400, False),
        ("this server does not support 'previous_response_id'", 400, False),
        ("Method Not Allowed", 405, False),
    ],
)
async def test_a_server_that_lost_what_it_kept_says_so_in_its_way(words: str, status: int, *, is_said: bool) -> None:
    assert is_lost(await refusal(words, status)) is is_said
