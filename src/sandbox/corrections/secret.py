"""The secret of this sandbox: the root user of every account signs with it, and nobody else knows it.

Who starts the sandbox writes it to standard input. It is in no command line, in no environment and in no file of this
process: what runs here, such as a function, inherits nothing of it.
"""
import hashlib
import hmac
import re
import sys

from .fit import leave

_secret = sys.stdin.readline().strip() if sys.stdin else ""
if not re.fullmatch(r"[0-9a-f]{64}", _secret):
    leave(2, "a secret of 64 hexadecimal digits must come on standard input: start it with `edemlab sandbox start`")


def of_root():
    """The secret access key of every account's root user."""
    return _secret


def derived(purpose, *parts):
    """64 hexadecimal digits that nobody can foretell who does not know the secret: the same for the same words."""
    words = "\0".join(("edemlab", purpose, *parts))
    return hmac.new(_secret.encode(), words.encode(), hashlib.sha256).hexdigest()
