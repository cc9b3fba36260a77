"""Runs the bridge with a MiniStack that is not the one it knows: MODULE CHANGE … PROGRAM. It sees `module`."""
import importlib
import os
import runpy
import sys

name, change, program = sys.argv[1], sys.argv[2], sys.argv[-1]
exec(change, {"module": importlib.import_module(name)})
sys.path[0], sys.argv = os.path.dirname(program), [program]
runpy.run_path(program, run_name="__main__")
