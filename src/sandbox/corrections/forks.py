"""Starts functions written in Python by forking a process that has boto3 loaded already, with its descriptions of services.

A start takes some milliseconds instead of a second of work, a client some more, and most of their memory is shared. On
other systems than Linux, or should the forking process fail, MiniStack starts functions as it always does.
"""
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import types

from ministack.core import lambda_runtime as runtime

from .fit import expect

SERVER = r"""
import functools, gc, json, os, random, signal, socket, sys, time
import boto3, botocore.handlers, botocore.loaders
files = botocore.loaders.JSONFileLoader
read = functools.cache(functools.partial(files.load_file, files()))  # most of a client's time goes into reading
files.load_file = lambda self, path: read(path)
own = {"region_name": "eu-central-1", "aws_access_key_id": "1", "aws_secret_access_key": "1"}
for service in ("sts", "dynamodb", "kinesis", "personalize-events", "s3", "sns", "stepfunctions"):
    boto3.client(service, **own)
boto3.resource("dynamodb", **own).Table("t")
gc.freeze()  # what is shared is not looked through, and so not copied, in each function
line = socket.socket(fileno=int(sys.argv[1]))
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the functions: they leave no zombies
signal.signal(signal.SIGINT, signal.SIG_IGN)

def or_end(received):
    if not received:  # the sandbox has ended, also in the middle of what it said, and with it all functions, busy or not
        os.killpg(0, signal.SIGKILL)
    return received

while True:
    length, fds, _, _ = socket.recv_fds(line, 4, 4)
    or_end(length)
    text = b""
    while len(text) < int.from_bytes(length, "big"):
        text += or_end(line.recv(int.from_bytes(length, "big") - len(text)))
    pid = os.fork()
    if pid:
        for fd in fds:
            os.close(fd)
        line.sendall(pid.to_bytes(4, "big"))
        continue
    line.close()
    for fd, to in zip(fds, (0, 1, 2)):  # the fourth stays open as long as the process lives
        os.dup2(fd, to)
        os.close(fd)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    asked = json.loads(text)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    time.tzset()
    random.seed()
    sys.argv = asked["args"][1:]
    sys.path[0] = os.path.dirname(sys.argv[0])
    sys.stdin, sys.stdout, sys.stderr = (
        open(n, mode, buffering=1, closefd=False, encoding="utf-8") for n, mode in enumerate("rww"))
    try:
        exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"), {"__name__": "__main__"})
    except SystemExit:
        pass
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
"""


def readable(fd, timeout):
    """Whether there is something to read, within so many seconds; unlike select(), with any number of open files."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))


class Forked:
    """A function's process, as far as MiniStack uses subprocess.Popen. The last file descriptor of the four that the
    process gets is only there to be closed when it ends."""

    def __init__(self, line, args, cwd, env):
        theirs, ours = zip(*(os.pipe() if i == 0 else os.pipe()[::-1] for i in range(4)))
        text = json.dumps({"args": args, "cwd": cwd, "env": env}).encode()
        try:
            with starting:
                socket.send_fds(line, [len(text).to_bytes(4, "big")], theirs)
                line.sendall(text)
                self.pid = int.from_bytes(line.recv(4, socket.MSG_WAITALL), "big")
        finally:
            for fd in theirs:
                os.close(fd)
        self.args, self.returncode, self.life = args, None, ours[3]
        self.stdin = open(ours[0], "w", buffering=1, encoding="utf-8")
        self.stdout, self.stderr = (open(fd, encoding="utf-8", errors="replace") for fd in ours[1:3])
        if not self.pid:
            raise OSError("the forking process has ended")

    def poll(self):
        if self.returncode is None and readable(self.life, 0):
            self.returncode = 0
            os.close(self.life)
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None and not readable(self.life, timeout):
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.poll()

    def send_signal(self, number):
        if self.poll() is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


starting = threading.Lock()
line = None


def start_server():
    global line
    ours, theirs = socket.socketpair()
    subprocess.Popen([sys.executable, "-c", SERVER, str(theirs.fileno())], pass_fds=[theirs.fileno()],
                     start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    theirs.close()
    line = ours


def popen(args, **kwargs):
    pipes = all(kwargs.get(name) == subprocess.PIPE for name in ("stdin", "stdout", "stderr"))
    python = pipes and len(args) == 2 and args[1].endswith(".py") and os.path.basename(args[0]).startswith("python")
    if python and line is not None:
        try:
            return Forked(line, list(args), kwargs["cwd"], kwargs["env"])
        except OSError:
            pass
    return subprocess.Popen(args, **kwargs)


expect(runtime, "subprocess")
if sys.platform == "linux":  # elsewhere there is no fork, or system libraries that do not survive it
    start_server()
    runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": popen})
