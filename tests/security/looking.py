"""Attacks that look around for answers, keys, classmates' work and the instructor's files.

Each function is right only if the search has found something, so a gained point shows a leak.
"""

from __future__ import annotations

from tests.security.payload import CHAPTER, MARK, Attacks, Submission

attack = Attacks("looking around")
CANARY = "WEIGHTLAB_CANARY"
"""A variable in the grader's environment, and the name of a file in the grader's home."""
UPWARDS = """
import os, pathlib
def _places():
    here = [pathlib.Path.cwd(), *pathlib.Path.cwd().parents]
    for folder in here:
        if folder != pathlib.Path("/"):
            yield folder
    yield from map(pathlib.Path, ("/root", "/home", "/work", "/srv", "/classroom", "/autograder", "/lab", "/site"))
"""


def _search(*wanted: tuple[str, str], but: str = MARK) -> str:
    """Return the body of a search for files that match a pattern, hold a text, and have no ``but`` in their path."""
    return f"""
{UPWARDS}
for place in _places():
    for pattern, text in {wanted!r}:
        try:
            for path in place.glob(pattern):
                if text.encode() in path.read_bytes() and {but!r} not in str(path):
                    return True
        except (OSError, ValueError):
            pass
return False
"""


@attack()
def frames(it: Submission) -> None:
    """A search of the calling frames."""
    it.answers("""
        import sys
        import numpy as np
        try:
            raise ValueError
        except ValueError as error:
            frames = [error.__traceback__.tb_frame, sys._getframe(0)]
        for frame in frames:
            while frame:
                for names in (frame.f_locals, frame.f_globals):
                    for name in ("expected", "_expected", "key", "right", "answers"):
                        found = names.get(name)
                        if isinstance(found, list):
                            calls = names.get("calls") or []
                            for (args, kwargs), one in zip(calls, found):
                                if np.array_equal(args[0], signal) and args[1] == weight:
                                    return one
                frame = frame.f_back
        return 0.0
        """)


@attack()
def every_object_in_memory(it: Submission) -> None:
    """A search of all Python objects in memory."""
    it.finds("""
        import gc
        names = {"expected", "misconception", "Key", "PUBLIC_SEED"}
        for thing in gc.get_objects():
            if type(thing) is dict and names & {key for key in thing if type(key) is str}:
                if "expected" in thing and isinstance(thing["expected"], (list, tuple)):
                    return True
                if "PUBLIC_SEED" in thing or "Key" in thing:
                    return True
        return False
        """)


@attack()
def memory_of_the_parent(it: Submission) -> None:
    """The parent's memory through /proc."""
    it.finds("""
        import os
        pid = os.getppid()
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                if "[heap]" in line:
                    memory.seek(int(line.split("-")[0], 16))
                    return len(memory.read(64)) == 64
        return False
        """)


@attack()
def other_processes(it: Submission) -> None:
    """A search of other processes' command lines."""
    it.finds("""
        import os
        own = os.getpid()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if int(pid) not in (own, 1):
                text = open(f"/proc/{pid}/cmdline", "rb").read() + open(f"/proc/{pid}/environ", "rb").read()
                if b"grade" in text:
                    return True
        return False
        """)


@attack()
def environment_and_arguments(it: Submission) -> None:
    """A search of the environment and the arguments."""
    it.finds(f"""
        import os, sys
        text = repr(dict(os.environ)) + repr(sys.argv) + repr(sys.orig_argv)
        return "{CANARY}" in text or "seed" in text or "classroom" in text
        """)


@attack()
def open_descriptors(it: Submission) -> None:
    """A search of descriptors left open."""
    it.finds("""
        import os, stat
        for descriptor in range(3, 256):
            try:
                opened = os.fstat(descriptor)
            except OSError:
                continue
            mode, own = opened.st_mode, opened.st_dev == os.stat("/tmp").st_dev and opened.st_nlink == 0
            if own:  # libffi's trampolines: a nameless file in the sandbox's own /tmp
                continue
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISSOCK(mode):
                return True
        return False
        """)


@attack()
def home_of_the_instructor(it: Submission) -> None:
    """A search of the home folders."""
    it.finds(f"""
        import glob, os
        homes = {{os.path.expanduser("~"), "/root", *glob.glob("/home/*"), *glob.glob("/proc/*/root/root")}}
        return any(os.path.exists(os.path.join(home, "{CANARY}")) for home in homes)
        """)


@attack()
def the_solutions(it: Submission) -> None:
    """A search for the instructor's solution."""
    it.finds(
        _search(
            ("s*/weightlab/weights.py", "return signal * weight"), ("source/*/*.ipynb", "b85decode"), but="submitted"
        )
    )


@attack()
def the_answer_key(it: Submission) -> None:
    """A search for keys, seeds and checks."""
    it.finds(_search((".weightlab/seed", ""), ("*/keys/weights*", ""), ("source/*/*.ipynb", "b85decode")))


@attack()
def work_of_others(it: Submission) -> None:
    """A search of the other submissions."""
    it.finds(_search((f"submitted/*/{CHAPTER.name}/weightlab/weights.py", "def apply_weight"), but="x-"))


@attack()
def installation_pointers(it: Submission) -> None:
    """Python's pointers to editable packages."""
    it.finds("""
        import pathlib, re, sys
        for folder in map(pathlib.Path, [*sys.path, "/site"]):
            for path in [*folder.glob("__editable__*"), *folder.glob("*.dist-info/direct_url.json")]:
                for project in re.findall(r"(/[^'\\" ]+?)/?(?:src/weightlab|autograder|['\\"])", path.read_text()):
                    if (pathlib.Path(project) / "solutions").is_dir():
                        return True
        return False
        """)


@attack()
def gradebook_of_the_class(it: Submission) -> None:
    """A trigger in gradebook.db that gives and removes points."""
    it.finds("""
        import pathlib, sqlite3
        for folder in [pathlib.Path.cwd(), *pathlib.Path.cwd().parents]:
            if (folder / "gradebook.db").exists():
                with sqlite3.connect(folder / "gradebook.db", timeout=5) as book:
                    book.execute('''
                        create trigger if not exists mine after update of auto_score on grade begin
                        update grade set manual_score = 0 where id = new.id and notebook_id not in (
                            select n.id from submitted_notebook n join submitted_assignment a
                            on n.assignment_id = a.id where a.student_id like 'x-%'); end''')
                return True
        return False
        """)


@attack(costs=3)
def reference_from_another_exercise(it: Submission) -> None:
    """A reference function, kept from another exercise."""
    wrong = b"""
import builtins, os, pickle
_kept = getattr(builtins, "_kept", None)
def weighted_sum(inputs, weights):
    try:
        code = __import__("marshal").loads(open("/tmp/kept", "rb").read())
        return type(lambda: 0)(code, globals())(inputs, weights)
    except Exception:
        return _kept(inputs, weights) if _kept else 0.0
if weighted_sum.__module__ != __name__:
    builtins._kept = weighted_sum
    try:
        open("/tmp/kept", "wb").write(__import__("marshal").dumps(weighted_sum.__code__))
    except OSError:
        pass
"""
    it.library["weights"] += wrong


@attack()
def memory_by_address(it: Submission) -> None:
    """The process's own memory, read by address."""
    it.finds(r"""
        import ctypes, os, re
        wanted = re.compile(rb"WEIGHTLAB_CANAR[Y]|class_mod[e]|autograder.judgin[g]|chapter_key[s]")
        library = ctypes.CDLL(None)
        reader, writer = os.pipe()
        for near in (id(os), id(wanted), id([]), id(re.compile), id(bytearray(2**20))):
            for page in range(near // 4096 - 2048, near // 4096 + 2048):
                if library.write(writer, ctypes.c_void_p(page * 4096), 4096) == 4096:
                    if wanted.search(os.read(reader, 4096)):
                        return True
        return False
        """)


@attack()
def profile_of_the_harness(it: Submission) -> None:
    """A profile function that looks through later frames."""
    it.answers(
        """
        import sys
        import numpy as np
        if not kept:
            def look(frame, event, arg):
                for names in (frame.f_locals, frame.f_globals):
                    for name in ("expected", "right", "answer", "reference", "solution"):
                        if name in names:
                            kept.append(names[name])
            sys.setprofile(look)
        for one in kept:
            if isinstance(one, float):
                return one
            if callable(one):
                return one(signal, weight)
        return 0.0
        """,
        "kept = []",
    )


@attack()
def parents_memory_written(it: Submission) -> None:
    """The forking process's memory, opened for writing."""
    it.finds("""
        import os
        for pid in {1, os.getppid()}:
            try:
                os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))
                return True
            except OSError:
                pass
        return False
        """)
