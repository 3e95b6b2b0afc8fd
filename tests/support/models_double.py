"""Models to choose from, as a server would list them; or the error that it gives instead."""

from collections.abc import Sequence

from frieza_tui.backends.base import ModelFacts


class ModelsDouble:
    """Implements Models; remembers what was chosen."""

    def __init__(self, *models: ModelFacts, error: Exception | None = None) -> None:
        self.used: list[str] = []
        self._models = models
        self.asked = 0
        self.error = error

    async def list(self) -> Sequence[ModelFacts]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self._models

    def use(self, name: str) -> None:
        self.used.append(name)
