"""Attacks on the sandbox itself: other machines' system calls, programs, stopped processes, traces for later jobs."""

from __future__ import annotations

from tests.security.payload import MARK, Attacks, Submission

attack = Attacks("on the sandbox itself")


@attack("crashed", "failed")
def calls_of_another_machine(it: Submission) -> None:
    """The kernel's 32-bit calls."""
    it.finds("""
        import ctypes, mmap, platform
        if platform.machine() != "x86_64":
            return False
        # mov eax, 20 (getpid of 32 bits); int 0x80; ret
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC,
                         flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        code.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        return ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0
        """)


@attack("crashed", "malformed")
def another_program(it: Submission) -> None:
    """Another Python in place of the process."""
    it.answers("""
        import os, sys
        code = "import os\\nfor d in range(3, 64):\\n try: os.write(d, b'+answered')\\n except OSError: pass"
        for d in range(3, 64):
            try:
                os.set_inheritable(d, True)
            except OSError:
                pass
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", code])
        """)


@attack("failed", "error")
def program_in_tmp(it: Submission) -> None:
    """A program in /tmp that asks for root's rights."""
    it.finds(f"""
        import os, stat, sys
        path = "/tmp/{MARK}-program"
        with open(path, "w") as file:
            file.write("#!" + sys.executable + "\\nimport os; os._exit(7 if os.geteuid() == 0 else 3)\\n")
        os.chmod(path, 0o4777)
        child = os.fork()
        if child == 0:
            try:
                os.execv(path, [path])
            finally:
                os._exit(1)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        """)


@attack("timeout", "crashed")
def stopped_process(it: Submission) -> None:
    """A process that stops itself."""
    it.answers("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nos.kill(0, signal.SIGSTOP)\nreturn 0.0")


@attack("timeout", "crashed")
def closed_pipe(it: Submission) -> None:
    """A process that closes every descriptor."""
    it.answers("import os, time\nos.closerange(0, 64)\nwhile True:\n    time.sleep(0.2)")


@attack("failed", "timeout", "crashed")
def signals_without_end(it: Submission) -> None:
    """200,000 real-time signals to each process in reach."""
    it.answers("""
        import os, signal
        signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 65))
        for _ in range(200_000):
            for pid in (os.getpid(), os.getppid()):
                try:
                    os.kill(pid, 40)
                except OSError:
                    pass
        return 0.0
        """)


@attack()
def priority_over_others(it: Submission) -> None:
    """A higher priority, higher limits, and a processor of its own."""
    it.finds("""
        import os, resource
        won = []
        for ask in (
            lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
            lambda: os.nice(-1),
            lambda: resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40)),
            lambda: resource.setrlimit(resource.RLIMIT_NPROC, (10**5, 10**5)),
            lambda: os.sched_setaffinity(0, {0}),
            lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
        ):
            try:
                ask()
                won.append(ask)
            except (OSError, ValueError, PermissionError):
                pass
        return bool(won)
        """)


@attack()
def keys_pressed_for_the_grader(it: Submission) -> None:
    """Characters typed into the grader's terminal."""
    it.finds("""
        import fcntl, os
        for name in (0, 1, 2, "/dev/tty", "/dev/console", "/dev/pts/0"):
            try:
                descriptor = name if isinstance(name, int) else os.open(name, os.O_RDWR)
                fcntl.ioctl(descriptor, 0x5412, b"x")
                return True
            except OSError:
                pass
        return False
        """)


@attack("error", "crashed")
def memory_by_very_deep_stacks(it: Submission) -> None:
    """Threads with stacks of 512 MiB."""
    it.answers("""
        import threading, time
        threading.stack_size(512 * 2**20)
        for _ in range(7):
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        return 0.0
        """)


@attack("failed", "timeout", "error")
def names_that_do_not_exist(it: Submission) -> None:
    """Very many names of files that do not exist."""
    it.answers("""
        import os, time
        until = time.monotonic() + 1.0
        number = 0
        while time.monotonic() < until:
            number += 1
            os.access(f"/site/{number}", os.F_OK)
        return 0.0
        """)


@attack()
def moved_folders(it: Submission) -> None:
    """Renamed folders, for the next job to find."""
    it.finds("""
        import os
        won = False
        for old, new in (("/tmp", "/tmp2"), ("/site", "/site2"), ("/examiner", "/tmp/examiner"), ("/lab", "/tmp/lab"),
                         (os.path.dirname(os.__file__), "/tmp/lib")):
            try:
                os.rename(old, new)
                won = True
            except OSError:
                pass
        return won
        """)
