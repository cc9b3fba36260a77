"""The process: a clean environment, an address that nobody else reaches, and an end with its owner."""
import asyncio
import ipaddress
import os
import signal
import threading
import time

from .fit import expect, expect_all, leave, wrap


def prepare():
    """Before MiniStack is imported."""
    # MiniStack listens on every interface unless told otherwise, and it runs code.
    try:
        loopback = ipaddress.ip_address(os.environ.get("BIND_HOST", "")).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        leave(2, "BIND_HOST must be a loopback address, such as 127.0.0.1")

    # Functions inherit this environment: the user's own AWS settings and proxies must not reach them.
    for name in list(os.environ):
        if name.upper().startswith("AWS_") or name.upper() in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
                      AWS_EC2_METADATA_DISABLED="true", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0")


def alive(pid):
    if os.name != "nt":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True
    import ctypes  # on Windows os.kill(pid, 0) would end that process
    handle = ctypes.windll.kernel32.OpenProcess(0x100000, False, pid)  # SYNCHRONIZE
    running = bool(handle) and ctypes.windll.kernel32.WaitForSingleObject(handle, 0) == 0x102  # WAIT_TIMEOUT
    ctypes.windll.kernel32.CloseHandle(handle)
    return running


def watch(owner):
    """Ends with its owner, however that ended."""
    child = os.getppid() == owner  # a child is handed on when its parent goes, even if that stays as a zombie
    while os.getppid() == owner if child else alive(owner):
        time.sleep(1)
    leave(0)


def run(around):
    """Serves until it is told to stop. `around` wraps the application: it answers what is not AWS's."""
    import hypercorn.asyncio
    from ministack import app
    expect_all(app, "_resolve_port _loaded_modules _get_module", main="", _pid_file="port")

    @wrap(hypercorn.asyncio, "serve", "app config shutdown_trigger mode")
    async def serve(original, application, config):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: leave(0))
        threading.Thread(target=app._get_module, args=("cloudformation",), daemon=True).start()
        await original(around(application), config, shutdown_trigger=asyncio.Event().wait)

    if os.environ.get("EDEMLAB_OWNER_PID", "").isdigit():
        threading.Thread(target=watch, args=(int(os.environ["EDEMLAB_OWNER_PID"]),), daemon=True).start()
    expect(app, "main", "")()
