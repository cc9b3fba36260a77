"""CloudWatch Logs: what a filter finds."""
import re

from ministack.services import cloudwatch_logs as logs

from .fit import wrap


@wrap(logs, "_compile_filter_pattern", "raw")
def compile_filter_pattern(original, raw):
    """Terms are phrases when quoted, and see the difference between a and A."""
    terms = re.findall(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))', raw or "")
    if not terms or raw.strip()[0] in "{[%":
        return original(raw)
    terms = [(sign, quoted.replace('\\"', '"') or bare) for sign, quoted, bare in terms]
    some = [text for sign, text in terms if sign == "?"]
    return lambda message: (all((text in message) != (sign == "-") for sign, text in terms if sign != "?")
                            and (not some or any(text in message for text in some)))

