"""Attacks on what sandboxes share: the kernel's caches, locks and notices on the same files, memory and processors.

Each search is right only where a way is open, so a gained point shows an open way.
"""

from __future__ import annotations

from tests.security.payload import Attacks, Submission

attack = Attacks("what sandboxes share")
SECONDS = 600
"""The longest time, in seconds, for which an attack without end continues if nobody stops it."""


def _let_in(*calls: tuple[int, int | None]) -> str:
    """Return the end of a search: whether one of these system calls fails for a reason other than permission.

    Calls are given by their numbers on x86-64 and aarch64.
    """
    return f"""
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
for numbers in {calls!r}:
    number = numbers[platform.machine() == "aarch64"]
    ctypes.set_errno(0)
    if number is not None and (libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM):
        return True
return False
"""


@attack()
def pages_thrown_out(it: Submission) -> None:
    """Pages evicted from the kernel's cache."""
    body = """
import os
with open(os.__file__, "rb") as file:
    try:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return True
    except OSError:
        pass
"""
    it.finds(body + _let_in((221, 223), (187, 213)))


@attack()
def pages_looked_for(it: Submission) -> None:
    """Queries for pages in the kernel's cache."""
    body = """
import os
with open(os.__file__, "rb") as file:
    try:
        os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)
        return True
    except OSError:
        pass
"""
    it.finds(body + _let_in((27, 232), (451, 451), (327, 286)))


@attack()
def locks_on_shared_files(it: Submission) -> None:
    """Locks on shared files."""
    it.finds("""
        import fcntl, os
        for attempt in (
            lambda file: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda file: fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda file: fcntl.fcntl(file, 37, bytes(32)),
            lambda file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
        ):
            try:
                with open(os.__file__, "rb") as file:
                    attempt(file)
                return True
            except PermissionError:
                pass
        return False
        """)


@attack()
def notices_about_shared_files(it: Submission) -> None:
    """Notifications about shared files."""
    body = """
import fcntl, os
try:
    fcntl.fcntl(os.open(os.path.dirname(os.__file__), os.O_RDONLY), fcntl.F_NOTIFY, 1)
    return True
except OSError:
    pass
"""
    it.finds(body + _let_in((253, None), (294, 26), (300, 262)))


@attack()
def rare_system_calls(it: Submission) -> None:
    """System calls that computation never needs."""
    it.finds(_let_in((206, 0), (154, None), (425, 425), (323, 282), (321, 280), (275, 76), (250, 219)))


@attack()
def folders_of_the_system(it: Submission) -> None:
    """A search for nbgrader's exchange and other folders."""
    it.finds("""
        import os
        places = ["/usr/local/share", "/usr/local/etc", "/usr/share", "/usr/src", "/usr/bin", "/srv", "/etc", "/home"]
        python = os.path.dirname(os.__file__)
        return any(os.path.exists(place) and not python.startswith(place + "/") for place in places)
        """)


@attack("error")
def memory_that_no_process_shows(it: Submission) -> None:
    """Shared memory that no process's size shows."""
    it.answers("""
        import mmap
        kept = []
        for _ in range(16):
            kept.append(mmap.mmap(-1, 64 * 2**20))
            kept[-1].write(bytes(64 * 2**20))
            kept[-1].madvise(mmap.MADV_DONTNEED)
        return signal * weight
        """)


@attack()
def large_pipes(it: Submission) -> None:
    """Pipes of a megabyte."""
    it.finds("""
        import fcntl, os
        try:
            fcntl.fcntl(os.pipe()[1], 1031, 2**20)
            return True
        except PermissionError:
            return False
        """)


@attack("timeout")
def spinning_children(it: Submission) -> None:
    """Children that occupy all processors."""
    it.answers(f"""
        import os, time
        until = time.monotonic() + {SECONDS}
        for _ in range(6):
            try:
                if os.fork() == 0:
                    try:
                        os.setsid()
                    except OSError:
                        pass
                    while time.monotonic() < until:
                        pass
                    os._exit(0)
            except OSError:
                break
        time.sleep({SECONDS})
        """)


@attack()
def flags_of_the_standard_streams(it: Submission) -> None:
    """Flags of the standard streams, kept for later jobs."""
    it.finds("""
        import fcntl, os
        marks, streams = os.O_NONBLOCK | os.O_APPEND, (0, 1, 2)
        flags = [fcntl.fcntl(stream, fcntl.F_GETFL) for stream in streams]
        for stream in streams:
            fcntl.fcntl(stream, fcntl.F_SETFL, flags[stream] | marks)
        return any(one & marks for one in flags)
        """)


@attack()
def times_of_devices(it: Submission) -> None:
    """Times of devices, kept for other runs."""
    it.finds("""
        import os
        for device in ("/dev/null", "/dev/urandom", "/dev", "/", os.__file__):
            try:
                os.utime(device)
                return True
            except OSError:
                pass
        return False
        """)
