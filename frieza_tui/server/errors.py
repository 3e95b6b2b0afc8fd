"""Errors in OpenAI's shape, with their HTTP statuses. Knows no route."""

import re

import msgspec

MAX_BODY_BYTES = 10_000_000


class ApiError(Exception):
    """A request is refused; carries the status and the body of the reply."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.param = param
        self.code = code

    def body(self) -> bytes:
        """Return the JSON body: `{"error": {message, type, param, code}}`."""
        facts = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return msgspec.json.encode({"error": facts})


def not_found(what: str, object_id: str) -> ApiError:
    """Return the 404 for an object that is not here; `what` is the API's word, "run step"."""
    return ApiError(404, f"No {what} found with id '{object_id}'.")


def bad_body(error: Exception) -> ApiError:
    """Return the 400 for a body that msgspec refused, naming the field."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return ApiError(400, f"We could not parse the JSON body of your request: {text}.")
    head, _, path = text.partition(" - at `$")
    where = path.rstrip("`").removeprefix(".")
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", head):
        param = f"{where}.{match[1]}".removeprefix(".")
        return ApiError(400, f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")
    if match := re.fullmatch(r"Object missing required field `(.*)`", head):
        param = f"{where}.{match[1]}".removeprefix(".")
        message = f"Missing required parameter: '{param}'."
        return ApiError(400, message, param=param, code="missing_required_parameter")
    return ApiError(400, f"Invalid value for '{where or 'body'}': {head}.", param=where or None, code="invalid_value")
