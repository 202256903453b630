"""The application: all pages behind the gate, nothing else; and how it is served."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import uvicorn
from fastapi import FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from evidence.desk import catalogue, gate, rendering
from evidence.desk.desk import Desk
from evidence.desk.keeping_up import KeepingUp
from evidence.desk.passwords import Passwords
from evidence.desk.shell import Shell
from evidence.errors import DeskError
from evidence.house import House

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Connections; more are refused."""
_TELEMETRY_OFF: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework can send out what it sees, faults with their messages too; evidence makes no outgoing connection."""


def create(house: House, now: Callable[[], datetime], hashes: Passwords | None = None) -> FastAPI:
    """Return the desk of a house as an ASGI application; its `state.desk` is the desk. Raises DeskError for wrong settings."""
    desk = Desk.of(house, now, hashes)

    keeping_up = KeepingUp(desk)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(_begin, desk, keeping_up)
        yield
        await run_in_threadpool(keeping_up.stop)
        await run_in_threadpool(desk.workroom.close)
        await run_in_threadpool(desk.log.settle)

    app = FastAPI(
        title="quzheng",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_TELEMETRY_OFF,
        lifespan=lifespan,
        middleware=[Middleware(Shell, hosts=house.desk.hosts)],
        exception_handlers={HTTPException: _refused},
    )
    app.state.desk = desk
    for page in catalogue.pages():
        app.router.routes.extend(gate.Guarded(declared, desk) for declared in page.routes)
    return app


def serve(house: House, now: Callable[[], datetime], *, host: str, port: int) -> None:
    """Serve the desk until it is told to stop; raises DeskError where passwords would cross a network in clear."""
    if not _is_loopback(host) and not house.desk.tls:
        raise DeskError(
            f"不在 {host} 上监听：密码会在网络上明文传送。请在前面设反向代理提供 HTTPS，"
            "并在 quzheng.yaml 写 desk: {tls: true, hosts: [主机名], proxies: [代理地址]}"
        )
    uvicorn.run(
        create(house, now),
        host=host,
        port=port,
        proxy_headers=False,  # whom to believe stands in our settings
        server_header=False,
        access_log=False,  # ours is another, and this one would print what was searched for
        log_config=None,
        ws="none",
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=5,
    )


def _begin(desk: Desk, keeping_up: KeepingUp) -> None:
    """Open what takes long before the first page asks, and enter in the ledger what a kill left out."""
    desk.log.settle()
    desk.roll.subjects()
    rendering.prepare()
    with desk.shelf.opened():
        pass  # a store that cannot be opened ends the start; what else cannot be read, the pages that show it tell
    keeping_up.start()


async def _refused(request: Request, error: Exception) -> Response:
    """Answer for what no route is for."""
    desk: Desk = request.app.state.desk
    status = error.status_code if isinstance(error, HTTPException) else 500
    try:
        who = gate.visitor(desk, request)
    except DeskError:
        who = gate.nobody(desk, request)
    return gate.refusal(desk, who, gate.Refused(status, "" if status in gate.SAID else "没有完成。"))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
