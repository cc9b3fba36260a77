"""Connections: one that its client has closed is closed here too."""
from hypercorn.asyncio import tcp_server, worker_context

from .fit import expect, wrap_async

expect(worker_context.AsyncioSingleTask, "stop", "self")


@wrap_async(tcp_server.TCPServer, "_read_data", "self")
async def read_data(original, server):
    """Hypercorn keeps it for as long as an idle one, 75 s: a class leaves thousands, and each is an open file."""
    await original(server)
    await server.idle_task.stop()
