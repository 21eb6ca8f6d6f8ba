"""A system-call filter for the sandbox: what Python and NumPy need to compute, as bytes for the kernel.

The list holds the calls that were seen when every exercise and every notebook of the course was run; other C libraries'
names for the same calls were added. Whatever is not on it fails with "not permitted".
"""

from __future__ import annotations

import platform
import struct

# Numbers on (x86_64, aarch64); None if a machine has no such call.
_ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # Reading files, and writing them, which is possible in /tmp only.
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "open": (2, None),
    "openat": (257, 56),
    "close": (3, 57),
    "close_range": (436, 436),
    "lseek": (8, 62),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "ftruncate": (77, 46),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "umask": (95, 166),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    # Waiting.
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "pause": (34, None),
    # Memory.
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "brk": (12, 214),
    # Processes and threads.
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getgroups": (115, 158),
    # A sandbox started by root uses these to become its own user; afterwards they fail on their own.
    "setgroups": (116, 159),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setpgid": (109, 154),
    "getpgid": (121, 155),
    "getpgrp": (111, None),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "arch_prctl": (158, None),
    "capget": (125, 90),
    "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124),
    "getcpu": (309, 168),
    "getpriority": (140, 141),
    "setpriority": (141, 140),
    # Limits; a process may lower its own.
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    "getrusage": (98, 165),
    "times": (100, 153),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    # Signals.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "alarm": (37, None),
    "getitimer": (36, 102),
    "setitimer": (38, 103),
    # Clocks and random numbers.
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getrandom": (318, 278),
}

# Calls that are allowed only with certain values of one argument: the calls' numbers, its position and these values.
_BY_ARGUMENT: dict[str, tuple[tuple[int, int], int, tuple[int, ...]]] = {
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: no lock, lease, notification or larger pipe.
    "fcntl": ((72, 25), 1, (0, 1, 2, 3, 4, 1030)),
    # TCGETS, TIOCGWINSZ, FIONBIO, FIONCLEX, FIOCLEX: Python uses them to find out whether a file is a terminal.
    "ioctl": ((16, 29), 1, (0x5401, 0x5413, 0x5421, 0x5450, 0x5451)),
    # MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE: memory only, nothing about files.
    "madvise": ((28, 233), 2, (4, 8, 14, 15)),
    # Only the process itself.
    "prlimit64": ((302, 261), 0, (0,)),
    # PR_SET_NAME, PR_GET_NAME, PR_GET_NO_NEW_PRIVS.
    "prctl": ((157, 167), 0, (15, 16, 39)),
}
_MMAP = (9, 222)
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_NOT_YET_KNOWN = 463
"""Calls from this number on are newer than the list; if told "no such call", C libraries assume an older kernel."""
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _KILL, _NOT_PERMITTED, _NO_SUCH_CALL = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_NEW_NAMESPACES = 0x7E020000
_X32 = 0x40000000
_ANONYMOUS, _MAPPING_TYPE, _PRIVATE = 0x20, 0x0F, 0x02

_Instruction = tuple[int, int, int, int]


def program() -> bytes | None:
    """Return the filter for this machine, or None if its system calls are not known here.

    A program for another architecture is killed.
    """
    if platform.machine() not in _ARCHITECTURES:
        return None
    column, architecture = _ARCHITECTURES[platform.machine()]
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for numbers in _ALLOWED.values():
        if numbers[column] is not None:
            instructions += _when(_EQUAL, numbers[column], [(_RETURN, 0, 0, _ALLOW)])
    for numbers, position, values in _BY_ARGUMENT.values():
        checks = [instruction for value in values for instruction in _when(_EQUAL, value, [(_RETURN, 0, 0, _ALLOW)])]
        refused = [_load_argument(position), *checks, (_RETURN, 0, 0, _NOT_PERMITTED)]
        instructions += _when(_EQUAL, numbers[column], refused)
    instructions += _when(_EQUAL, _MMAP[column], _check_mapping())
    instructions += _when(
        _EQUAL,
        _CLONE[column],
        [
            _load_argument(0),
            *_when(_ANY_BIT, _NEW_NAMESPACES, [(_RETURN, 0, 0, _NOT_PERMITTED)]),
            (_RETURN, 0, 0, _ALLOW),
        ],
    )
    # C libraries fall back to clone, whose flags a filter can see.
    instructions += _when(_EQUAL, _CLONE3[column], [(_RETURN, 0, 0, _NO_SUCH_CALL)])
    # The x32 numbers are another set of numbers for the same calls.
    instructions += _when(_AT_LEAST, _X32, [(_RETURN, 0, 0, _NOT_PERMITTED)])
    instructions += _when(_AT_LEAST, _NOT_YET_KNOWN, [(_RETURN, 0, 0, _NO_SUCH_CALL)])
    instructions.append((_RETURN, 0, 0, _NOT_PERMITTED))
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)


def _check_mapping() -> list[_Instruction]:
    """Refuse shared anonymous memory: once a process releases it, it remains, but no process's size shows it."""
    return [
        _load_argument(3),
        (_ANY_BIT, 1, 0, _ANONYMOUS),
        (_RETURN, 0, 0, _ALLOW),
        (_AND, 0, 0, _MAPPING_TYPE),
        *_when(_EQUAL, _PRIVATE, [(_RETURN, 0, 0, _ALLOW)]),
        (_RETURN, 0, 0, _NOT_PERMITTED),
    ]


def _load_argument(position: int) -> _Instruction:
    """Load the lower half of an argument, which is all that the kernel reads of the arguments listed above."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * position)


def _when(test: int, value: int, instructions: list[_Instruction]) -> list[_Instruction]:
    """Run instructions only if the loaded number passes a test."""
    return [(test, 0, len(instructions), value), *instructions]
