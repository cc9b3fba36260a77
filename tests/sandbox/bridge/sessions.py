"""STS: many sessions begin at once, as when a class's functions start. Seen from inside: from outside it takes luck."""
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "src" / "sandbox"))
sys.setswitchinterval(1e-6)

from corrections import roles  # noqa: E402, F401  (corrects what is tested here)
from ministack.services import sts  # noqa: E402


class Sessions(unittest.TestCase):
    def test_many_begin_at_once(self):
        failed = []

        def begin(thread):
            try:
                for n in range(300):
                    sts.register_session(f"ASIA{thread:04}{n:08}", {})
            except RuntimeError as error:
                failed.append(error)
        threads = [threading.Thread(target=begin, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((failed, len(sts._sessions)), ([], 2400))


unittest.main()
