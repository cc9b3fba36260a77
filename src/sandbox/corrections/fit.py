"""The tools of a correction. Each wraps a function of MiniStack and says which one it expects to find: when MiniStack
has changed, this program stops with exit code 3 and one line that says where, instead of answering wrongly.
"""
import functools
import inspect
import os
import shutil
import sys


def leave(code, message=None):
    """Ends at once: no waiting for open connections, no function left behind."""
    if message:
        print(f"sandbox: {message}", file=sys.stderr, flush=True)
    runtime, app = (sys.modules.get(f"ministack.{name}") for name in ("core.lambda_runtime", "app"))
    if runtime:
        for worker in [w for pool in list(runtime._workers.values()) for w in pool]:
            if worker._proc:
                worker._proc.kill()
            shutil.rmtree(worker._tmpdir or "", ignore_errors=True)
    if app and os.path.exists(app._pid_file(app._resolve_port())):
        os.remove(app._pid_file(app._resolve_port()))
    os._exit(code)


def misfit(where):
    leave(3, f"this version of MiniStack does not fit: {where}")


def expect(module, name, parameters=None):
    """module.name, which must be there and, if it is a function, take these parameters."""
    found = getattr(module, name, None)
    if found is None or parameters is not None and " ".join(inspect.signature(found).parameters) != parameters:
        misfit(f"{module.__name__}.{name} is not as expected")
    return found


def expect_all(module, names, **functions):
    """Several at once: names of data, and functions with their parameters."""
    for name in names.split():
        expect(module, name)
    for name, parameters in functions.items():
        expect(module, name, parameters)


def wrap(module, name, parameters):
    """Replaces module.name by the decorated function, which gets the original as its first argument."""
    original = expect(module, name, parameters)

    def decorate(function):
        # With its signature, so that another correction may wrap it once more.
        setattr(module, name, functools.wraps(original)(lambda *args, **kwargs: function(original, *args, **kwargs)))
    return decorate


def wrap_async(module, name, parameters):
    """The same for a coroutine function that others may recognize as one."""
    original = expect(module, name, parameters)

    def decorate(function):
        @functools.wraps(original)
        async def call(*args, **kwargs):
            return await function(original, *args, **kwargs)
        setattr(module, name, call)
    return decorate
