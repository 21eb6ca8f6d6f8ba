"""What a hostile submission would try: the sandbox's self-test runs these functions as if a student had sent them.

They start processes, send signals and fill memory, so they refuse to be loaded outside a sandbox.
"""

import contextlib
import ctypes
import mmap
import os
import platform
import signal
import socket
import time

if os.uname().nodename != "sandbox" or os.getppid() != 1 or os.path.exists("/proc/self"):
    raise RuntimeError("these probes run only in separate namespaces, which `weightlab grade --self-test` creates")

_PRIVATE = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0)


def open_sockets():
    """Return the kinds of socket that can be made."""
    made = []
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"):
        with contextlib.suppress(OSError):
            socket.socket(getattr(socket, family), socket.SOCK_DGRAM).close()
            made.append(family)
    return made


def find(paths):
    """Return those of the paths that exist, and everything at the top level."""
    return [path for path in paths if os.path.lexists(path)], sorted(os.listdir("/"))


def write_files():
    """Return the folders in which a file can be created, and the files that can be opened for writing."""
    folders = [
        "/",
        "/usr",
        "/usr/lib",
        "/usr/local",
        "/site",
        "/site/numpy",
        "/autograder",
        "/autograder/candidate",
        "/lab",
        "/lab/labkit",
        "/dev",
        "/dev/shm",
        "/run",
        "/var/tmp",
        "/proc",
        os.path.dirname(os.__file__),
    ]
    done = []
    for path in [*(os.path.join(folder, "probe") for folder in folders), os.__file__, "/autograder/candidate/start.py"]:
        with contextlib.suppress(OSError), open(path, "ab"):
            done.append(path)
    return done


def privileges():
    """Return every privilege that is left."""
    libc, kept = ctypes.CDLL(None, use_errno=True), []
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    effective_and_permitted = (0, 1, 3, 4)
    if libc.capget(header, data) or any(data[i] for i in effective_and_permitted):
        kept.append("capabilities")
    if 0 in os.getresuid() + os.getresgid() or os.getgroups() not in ([], [os.getgid()]):
        kept.append("a system user or group")
    if libc.prctl(39, 0, 0, 0, 0) != 1:
        kept.append("gaining privileges by running a program")
    calls = {
        "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
        "chroot": lambda: libc.chroot(b"/tmp"),
        "user namespaces": lambda: libc.unshare(0x10000000),
        "tracing": lambda: libc.ptrace(16, 1, None, None),
        "a name for the machine": lambda: libc.sethostname(b"probe", 5),
    }
    return kept + [name for name, call in calls.items() if call() == 0]


def inherited():
    """Return the kinds of open files other than pipes and devices, how many are open, and the environment's names."""
    kinds, made_here = [], os.stat("/tmp").st_dev
    for descriptor in range(1024):
        with contextlib.suppress(OSError):
            opened = os.fstat(descriptor)
            # The sandbox's /tmp is new, so nothing in it was inherited: libffi keeps its trampolines there.
            if opened.st_dev != made_here:
                kinds.append(opened.st_mode >> 12)
    return [kind for kind in kinds if kind not in (1, 2)], len(kinds), sorted(os.environ)


def others():
    """Return the processes to which a signal can be sent, except the first, this one and its parent."""
    found = []
    for pid in range(2, 70_000):
        with contextlib.suppress(OSError):
            os.kill(pid, 0)
            found.append(pid)
    return [pid for pid in found if pid != os.getpid()]


def fork_bomb():
    """Return how many processes can be started."""
    for count in range(500):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        except OSError:
            return count
    return 500


def leave_daemons():
    """Leave processes behind that have left the process group and ignore signals."""
    for _ in range(3):
        if os.fork() == 0:
            with contextlib.suppress(OSError):
                os.setsid()
            for number in range(1, 32):
                with contextlib.suppress(OSError):
                    signal.signal(number, signal.SIG_IGN)
            os.fork()
            time.sleep(60)
            os._exit(0)
    return True


def interrupt_the_parent():
    """Send every signal to the process that started this one."""
    for number in range(1, 65):
        with contextlib.suppress(OSError):
            os.kill(os.getppid(), number)
    return True


def take_memory():
    """Return how many MiB one process can have, up to 3,000."""
    held = []
    for count in range(60):
        try:
            held.append(mmap.mmap(-1, 50 * 2**20, flags=_PRIVATE))
        except OSError:
            return 50 * count
    return 3000


def take_memory_together():
    """Let several processes hold amounts of memory that are too much only in total."""
    for _ in range(5):
        if os.fork() == 0:
            block = mmap.mmap(-1, 400 * 2**20, flags=_PRIVATE)
            for at in range(0, len(block), 4096):
                block[at] = 1
            time.sleep(60)
            os._exit(0)
    time.sleep(60)


def hidden_memory():
    """Return the ways to hold memory that no process's size shows."""
    libc = ctypes.CDLL(None, use_errno=True)
    calls = {
        "shmget": lambda: libc.shmget(0, 2**20, 0o1600),
        "memfd_create": lambda: os.memfd_create("probe"),
        "shared anonymous memory": lambda: len(mmap.mmap(-1, 2**20)),
    }
    found = []
    for name, call in calls.items():
        with contextlib.suppress(OSError):
            if call() >= 0:
                found.append(name)
    return found


_CALLS = {
    "fadvise64": (221, 223),
    "readahead": (187, 213),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "preadv2": (327, 286),
    "flock": (73, 32),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "modify_ldt": (154, None),
    "setsid": (112, 157),
    "socketpair": (53, 199),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "pidfd_open": (434, 434),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "keyctl": (250, 219),
    "splice": (275, 76),
    "mount": (165, 40),
    "unshare": (272, 97),
}


def kernel_calls():
    """Return the system calls that are allowed, of those that could find other sandboxes or read a cache.

    The arguments are all zero, so the calls always fail; what counts is whether permission is the reason.
    """
    libc, column, let_in = ctypes.CDLL(None, use_errno=True), platform.machine() == "aarch64", []
    for name, numbers in _CALLS.items():
        if numbers[column] is not None:
            ctypes.set_errno(0)
            result = libc.syscall(numbers[column], 0, 0, 0, 0, 0, 0)
            if result != -1 or ctypes.get_errno() != 1:
                let_in.append(name)
    return let_in


def file_locks():
    """Return the kinds of lock and notification that are possible on a file that other sandboxes can see as well."""
    import fcntl

    made = []
    with open(os.__file__, "rb") as file:
        lock = bytes(32)
        for name, command in (("F_SETLK", 6), ("F_OFD_SETLK", 37), ("F_SETLEASE", 1024), ("F_SETPIPE_SZ", 1031)):
            try:
                fcntl.fcntl(file, command, lock)
                made.append(name)
            except PermissionError:
                pass
            except OSError:
                made.append(name)
    folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
    with contextlib.suppress(OSError):
        fcntl.fcntl(folder, 1026, 1)
        made.append("F_NOTIFY")
    return made


def fill_tmp():
    """Return how many MiB fit into /tmp."""
    total = 0
    with contextlib.suppress(OSError):
        while total < 100:
            with open(f"/tmp/{total}", "wb") as file:
                file.write(bytes(2**20))
            total += 1
    return total


def large_file():
    """Return the size in MiB of the largest file that can be written, up to 8."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    written = 0
    with contextlib.suppress(OSError), open("/tmp/large", "wb", buffering=0) as file:
        while written < 8 * 2**20:
            written += file.write(bytes(2**19))
    return written / 2**20


def many_files():
    """Create empty files endlessly."""
    count = 0
    while True:
        open(f"/tmp/{count}", "wb").close()
        count += 1


def flood():
    """Write endlessly to every descriptor."""
    while True:
        for descriptor in range(64):
            with contextlib.suppress(OSError):
                os.write(descriptor, bytes(2**16))


def sleep():
    """Do nothing for an hour."""
    time.sleep(3600)


def spin():
    """Compute without end."""
    while True:
        pass


def held_out():
    """Return the size of the images on which the last chapter is judged."""
    from labkit import data

    return (data.FILES / "digits14_held_out.npz").stat().st_size, len(data.digits14_train()[0])


def nothing():
    """Return at once, as an honest answer does."""
    return True
