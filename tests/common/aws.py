"""AWS's CLI without its start: it takes longer to load than to make a call, and a lab makes a hundred of them.

  aws.py serve SOCKET         loads it once, and runs each call in a process of its own until standard input ends
  aws.py call SOCKET ARG...   asks for a call, with its own standard streams, environment and folder
"""
import array
import json
import os
import socket
import sys
import traceback


def serve(path):
    import gc
    import signal
    import threading

    import awscli.clidriver
    import awscli.handlers  # noqa: F401  (with all of the CLI's own commands)

    read_once()
    # What the calls share is not looked through for garbage, and so not copied, in each of them. They end soon.
    gc.disable()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(16)
    print("ready", flush=True)
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(connection, awscli.clidriver.main)
        connection.close()


SERVICES = ("apigateway apprunner dynamodb ecr ecs events firehose iam kinesis lambda logs personalize s3 sns stepfunctions "
            "sts").split()


def read_once():
    """Most of a call's time goes into reading its service's model: the labs' are read here, for all calls."""
    import functools

    import botocore.loaders
    import botocore.session

    files = botocore.loaders.JSONFileLoader
    read = functools.cache(functools.partial(files.load_file, files()))
    files.load_file = lambda self, path: read(path)
    loader = botocore.session.Session().get_component("data_loader")
    for service in SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"):
            try:
                loader.load_service_model(service, kind)
            except botocore.exceptions.DataNotFoundError:
                pass
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)


def run(connection, main):
    """One call: the caller's streams, environment and folder become those of this process."""
    message, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    streams = array.array("i")
    streams.frombytes(ancillary[0][2])
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    asked = json.loads(connection.makefile("rb").readline())
    os.chdir(asked["folder"])
    data = os.environ["AWS_DATA_PATH"]  # where the CLI has found its own models
    os.environ.clear()
    os.environ.update(asked["environment"], AWS_DATA_PATH=data)
    sys.argv = ["aws", *asked["arguments"]]
    code = 255
    try:
        code = main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code or 0]))
        os._exit(0)


def call(path, arguments):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    connection.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
    asked = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
    connection.sendall(json.dumps(asked).encode() + b"\n")
    code = connection.recv(1)
    sys.exit(code[0] if code else "the call ended without an exit code")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        call(sys.argv[2], sys.argv[3:])
