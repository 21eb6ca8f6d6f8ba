"""Attacks that use up time, memory, processes, disk, output or stack, all of bounded size in case nobody stops them."""

from __future__ import annotations

from tests.security.payload import MARK, OF_FUNCTIONS, Attacks, Submission

attack = Attacks("resources")
SECONDS = 600
"""The longest time, in seconds, for which an attack without end continues if nobody stops it."""


@attack("timeout")
def endless_loop(it: Submission) -> None:
    """An endless loop in Python."""
    it.answers(f"import time\nuntil = time.monotonic() + {SECONDS}\nwhile time.monotonic() < until:\n    pass")


@attack("timeout")
def endless_loop_in_c(it: Submission) -> None:
    """An endless loop in C."""
    it.answers("import itertools\nreturn sum(itertools.repeat(0, 10**12))")


@attack("timeout")
def deaf_sleeper(it: Submission) -> None:
    """A sleep that ignores signals."""
    it.answers(f"""
        import signal, time
        for number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
        until = time.monotonic() + {SECONDS}
        while time.monotonic() < until:
            time.sleep(10)
        """)


@attack("timeout", costs=OF_FUNCTIONS)
def sleep_in_every_exercise(it: Submission) -> None:
    """A sleep in every function."""
    names = ("apply_weight", "weighted_sum", "weighted_sums", "count_weights", "template_weights")
    it.library["weights"] += f"\ndef _sleep(*args):\n    __import__('time').sleep({SECONDS})\n".encode()
    it.library["weights"] += "".join(f"{name} = _sleep\n" for name in names).encode()


@attack("error", "timeout", "crashed")
def all_the_memory(it: Submission) -> None:
    """3 GB of memory in steps of 64 MB."""
    it.answers("kept = []\nfor _ in range(48):\n    kept.append(bytearray(64 * 2**20))\nreturn 0.0")


@attack("timeout", "crashed")
def fork_bomb(it: Submission) -> None:
    """A fork bomb."""
    it.answers(f"""
        import os, time
        until = time.monotonic() + {SECONDS}
        while time.monotonic() < until:
            try:
                os.fork()
            except OSError:
                time.sleep(0.01)
        os._exit(0)
        """)


@attack("error")
def thread_bomb(it: Submission) -> None:
    """Ten thousand threads."""
    it.answers(f"""
        import threading, time
        for _ in range(10_000):
            threading.Thread(target=time.sleep, args=({SECONDS},), daemon=True).start()
        return 0.0
        """)


@attack("error")
def full_disk(it: Submission) -> None:
    """A gigabyte in every writable folder."""
    it.answers(f"""
        import os
        for folder in ("/tmp", os.path.expanduser("~"), "."):
            with open(os.path.join(folder, "{MARK}-disk"), "wb") as file:
                for _ in range(1_000):
                    file.write(bytes(2**20))
        return 0.0
        """)


@attack("crashed")
def very_many_files(it: Submission) -> None:
    """A hundred thousand empty files."""
    it.answers(f"""
        import os
        os.makedirs("/tmp/{MARK}-files", exist_ok=True)
        for i in range(100_000):
            open(f"/tmp/{MARK}-files/{{i}}", "w").close()
        return 0.0
        """)


@attack("timeout")
def endless_output_in_one_line(it: Submission) -> None:
    """One endless line of output."""
    it.answers(f"""
        import sys, time
        until = time.monotonic() + {SECONDS}
        while time.monotonic() < until:
            sys.stdout.write("x" * 100_000)
        """)


@attack("timeout")
def endless_output_in_lines(it: Submission) -> None:
    """Endless lines of output."""
    it.answers(f"""
        import sys, time
        until = time.monotonic() + {SECONDS}
        while time.monotonic() < until:
            for out in (sys.stdout, sys.stderr, sys.__stderr__):
                print("x" * 1000, file=out)
        """)


@attack("error")
def recursion(it: Submission) -> None:
    """Endless recursion."""
    it.answers("return apply_weight(signal, weight)")


@attack("crashed", "timeout", "error")
def recursion_in_c(it: Submission) -> None:
    """A stack that overflows."""
    it.answers("""
        import sys
        sys.setrecursionlimit(10**9)
        deep = eval("lambda: 0")
        for _ in range(10**6):
            deep = (lambda inner: lambda: sorted([0, 1], key=lambda _: inner()))(deep)
        return deep()
        """)


@attack()
def daemons(it: Submission) -> None:
    """Daemons that write files later."""
    it.answers(f"""
        import builtins, os, time
        for _ in range(0 if hasattr(builtins, "started") else 2):
            builtins.started = True
            if os.fork() == 0:
                try:
                    os.setsid()
                except PermissionError:
                    pass
                if os.fork():
                    os._exit(0)
                until = time.monotonic() + {SECONDS}
                while time.monotonic() < until:
                    for folder in ("/tmp", os.path.expanduser("~"), "."):
                        try:
                            open(os.path.join(folder, "{MARK}-daemon"), "w").close()
                        except OSError:
                            pass
                    time.sleep(0.5)
                os._exit(0)
        return 0.0
        """)


@attack("error")
def message_of_ten_megabytes(it: Submission) -> None:
    """An error message of ten megabytes."""
    it.answers("raise ValueError('x' * 10**7)")
