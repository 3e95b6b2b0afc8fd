"""The application: every route behind the guards, over one backend."""

import socket
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from frieza_tui.backends.base import Backend
from frieza_tui.server import assistant_routes, run_routes, thread_routes
from frieza_tui.server.errors import ApiError
from frieza_tui.server.guards import Guard, on_api_error, on_crash, on_missing_route, on_unwritten
from frieza_tui.server.listen import listening
from frieza_tui.server.options import ServerOptions
from frieza_tui.server.service import Service
from frieza_tui.server.state import State


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def create_app(open_backend: Callable[[], Backend], options: ServerOptions) -> Starlette:
    """Return the Assistants API v2 over a backend, which is opened when the application starts, and closed by it.

    Raises (from its start): FriezaError if the state's file cannot be used.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        state = State(options.database)
        service = Service(open_backend(), state, options)
        app.state.service = service
        try:
            yield
        finally:
            await service.stop()

    return Starlette(
        # "/threads/runs" before "/threads/{thread_id}": the first that fits is taken.
        routes=[
            Route("/health", _health),
            *assistant_routes.ROUTES,
            *run_routes.ROUTES,
            *thread_routes.ROUTES,
        ],
        middleware=[Middleware(Guard, options=options)],
        exception_handlers={
            ApiError: on_api_error,
            sqlite3.Error: on_unwritten,
            404: on_missing_route,
            405: on_missing_route,
            500: on_crash,
        },
        lifespan=lifespan,
    )


@asynccontextmanager
async def serving(
    open_backend: Callable[[], Backend], options: ServerOptions, listener: socket.socket
) -> AsyncGenerator[Service, None]:
    """Serve a backend on a bound socket for as long as the context lasts; streams are ended before it is left.

    Raises: FriezaError if the state's file cannot be used.
    """
    app = create_app(open_backend, options)
    async with app.router.lifespan_context(app), listening(app, listener, options.connections):
        service: Service = app.state.service
        try:
            yield service
        finally:
            await service.runs.stop()
