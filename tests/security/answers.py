"""Attacks on the path of an answer: what is returned, what writes it, and what reads it."""

from __future__ import annotations

from tests.security.payload import Attacks, Submission

attack = Attacks("the reply")


@attack()
def forged_reply(it: Submission) -> None:
    """A score and a verdict added to the reply."""
    it.answers(
        "return 0.0",
        """
import sys
wire = sys.modules.get("candidate.wire")
if wire is not None:
    _encode = wire.encode
    def _forged(value, *bounds):
        if isinstance(value, dict) and "cases" in value:
            value = value | {"score": 99.0, "passed": True, "status": "passed", "points": 99.0, "aspects": []}
            for case in value["cases"]:
                for call in case:
                    call |= {"asked": (0, ()), "passed": True, "changed": [], "score": 99.0}
        return _encode(value, *bounds)
    wire.encode = _forged
""",
    )


@attack("malformed", "crashed")
def half_an_answer(it: Submission) -> None:
    """Half an answer, and an end of the process."""
    it.answers("""
        import os, struct
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, struct.pack("<Q", 2**20) + b"answered\\n")
            except OSError:
                pass
        os._exit(0)
        """)


@attack("malformed", "crashed")
def length_that_lies(it: Submission) -> None:
    """An announced length larger than any memory."""
    it.answers("""
        import os, struct
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, struct.pack("<Q", 2**63) + b"answered\\n")
            except OSError:
                pass
        return 0.0
        """)


@attack("timeout", "malformed")
def answer_drop_by_drop(it: Submission) -> None:
    """Eight megabytes announced, and sent byte by byte."""
    it.answers("""
        import os, struct, time
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, struct.pack("<Q", 2**23))
                while True:
                    os.write(descriptor, b"a")
                    time.sleep(0.005)
            except OSError:
                pass
        return 0.0
        """)


@attack("malformed", "crashed", "failed")
def second_answer_from_a_child(it: Submission) -> None:
    """Further answers from a child process."""
    it.answers("""
        import os, struct, time
        if not os.fork():
            said = b"answered\\nN"
            while True:
                for descriptor in range(3, 64):
                    try:
                        os.write(descriptor, struct.pack("<Q", len(said)) + said)
                    except OSError:
                        pass
                time.sleep(0.0001)
        return 0.0
        """)


@attack("malformed", "failed")
def late_deletion(it: Submission) -> None:
    """A result that writes an answer when it is deleted."""
    it.answers("""
        import os, struct
        class Last(float):
            def __del__(self):
                for descriptor in range(3, 64):
                    try:
                        os.write(descriptor, struct.pack("<Q", 11) + b"answered\\nN")
                    except OSError:
                        pass
        return Last(0.0)
        """)


@attack("malformed", "crashed")
def audit_hook_that_refuses(it: Submission) -> None:
    """An audit hook that ends the process."""
    it.answers("""
        import sys
        def refuse(event, args):
            raise SystemExit(0)
        sys.addaudithook(refuse)
        return 0.0
        """)


@attack()
def hooks_of_forks(it: Submission) -> None:
    """Hooks on forks and on imports."""
    it.answers("""
        import os, sys, threading
        def stay():
            sys.modules["candidate.call"].call_function = lambda *args: {"value": 0.0, "changed": []}
        os.register_at_fork(before=stay, after_in_child=stay, after_in_parent=stay)
        sys.meta_path.insert(0, stay)
        sys.path_hooks.insert(0, stay)
        sys.path_importer_cache.clear()
        return 0.0
        """)


@attack("crashed", "failed", "error")
def array_interface_that_points_elsewhere(it: Submission) -> None:
    """An array that points outside its own memory."""
    it.answers("""
        class Elsewhere:
            __array_interface__ = {"shape": (1000,), "typestr": "<f8", "version": 3, "data": (4096, False)}
        import numpy as np
        return np.asarray(Elsewhere())
        """)


@attack("failed", "malformed", "error")
def class_that_lies(it: Submission) -> None:
    """An object that claims to be a list and equals everything."""
    it.answers("""
        import numpy as np
        kinds = [np.ndarray, list, tuple, int, float, str, dict, np.float64, np.longdouble]
        class Lies:
            @property
            def __class__(self):
                return kinds[0]
            def __len__(self):
                return 1
            def __iter__(self):
                return iter([self])
            def __getitem__(self, at):
                return self
            def __eq__(self, other):
                return True
        kinds.append(kinds.pop(0))
        return Lies()
        """)


@attack()
def numbers_of_other_kinds(it: Submission) -> None:
    """Fractions, decimals and very long integers."""
    it.answers("""
        import decimal, fractions
        kinds = [decimal.Decimal("sNaN"), fractions.Fraction(10**4000, 3), 10**5000, -(2**600), b"0" * 9999, "9" * 9999,
                 decimal.Decimal("1e999999")]
        return kinds[int(abs(signal) * 1000) % len(kinds)]
        """)


@attack("failed", "timeout")
def iterators_of_iterators(it: Submission) -> None:
    """Iterators of iterators without end."""
    it.answers("""
        class Nested:
            def __iter__(self):
                return self
            def __next__(self):
                return Nested()
        return Nested()
        """)


@attack("timeout", "error", "crashed")
def traceback_of_a_million_frames(it: Submission) -> None:
    """A traceback of a million frames."""
    it.answers("""
        import sys, types
        try:
            raise ValueError("deep")
        except ValueError as error:
            last = error.__traceback__
            for _ in range(1_000_000):
                last = types.TracebackType(last, sys._getframe(), 0, 1)
            raise error.with_traceback(last)
        """)


@attack("error")
def exceptions_in_circles(it: Submission) -> None:
    """Exceptions nested 5,000 deep, and in circles."""
    it.answers("""
        class Loop(BaseExceptionGroup):
            pass
        deep = ValueError("x")
        for _ in range(5000):
            deep = ExceptionGroup("g", [deep])
        deep.__cause__ = deep
        deep.__context__ = deep
        deep.__notes__ = [deep] * 10
        raise deep
        """)
