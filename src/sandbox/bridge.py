"""Starts MiniStack, the local AWS, with the corrections that lie beside this file."""
from corrections import process

process.prepare()

# Each corrects, or adds, what its name says. Only now: MiniStack reads the environment when it is imported.
from corrections import (  # noqa: E402, F401
    apprunner, buckets, connections, events, express, forks, front, function_logs, functions, gateway, links, logs, machines, mail,
    maps, natives, personalize, resources, runtimes, signatures, streams, tasks, trail, triggers)

process.run(front.around)
