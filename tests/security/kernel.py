"""Attacks from inside the process that runs the checks: hooks, patches, exits, threads, forged answers."""

from __future__ import annotations

from tests.security.payload import MARK, Attacks, Submission

attack = Attacks("in the kernel")


@attack()
def input_transformer(it: Submission) -> None:
    """An input transformer that empties later cells."""
    it.runs("get_ipython().input_transformers_cleanup.append(lambda lines: [])")


@attack()
def syntax_tree_transformer(it: Submission) -> None:
    """A syntax tree transformer that removes asserts."""
    it.runs("""
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Pass(), node)
        get_ipython().ast_transformers.append(Drop())
        """)


@attack()
def silent_tracebacks(it: Submission) -> None:
    """A replaced `showtraceback` that shows no errors."""
    it.runs("""
        def nothing(*args, **kwargs): pass
        get_ipython().showtraceback = nothing
        get_ipython()._showtraceback = nothing
        """)


@attack()
def display_hook(it: Submission) -> None:
    """A display hook that shows 100 for every value."""
    it.runs("""
        import sys
        hook = sys.displayhook
        sys.displayhook = lambda value: hook(100)
        sys.excepthook = lambda *told: hook(100)
        get_ipython().set_custom_exc((Exception,), lambda shell, kind, error, trace, tb_offset=None: hook(100))
        """)


@attack()
def replaced_run_cell(it: Submission) -> None:
    """A replaced `run_cell` that runs an empty cell."""
    it.runs("""
        shell = get_ipython()
        real = shell.run_cell_async
        async def run_cell_async(raw_cell, *args, **kwargs):
            kwargs.pop("transformed_cell", None)
            return await real("", *args, **kwargs)
        shell.run_cell_async = run_cell_async
        """)


@attack("malformed", costs=12)
def patched_builtins(it: Submission) -> None:
    """Replaced `all`, `any` and `isinstance`."""
    it.runs("""
        import builtins
        builtins.all = lambda items: True
        builtins.any = lambda items: False
        builtins.isinstance = lambda thing, kinds: True
        """)


@attack()
def patched_import(it: Submission) -> None:
    """A replaced import that returns agreeable objects."""
    it.runs("""
        import builtins
        real = builtins.__import__
        class Yes:
            def __getattr__(self, name): return self
            def __call__(self, *args, **kwargs): return self
            def __array_function__(self, *args): return True
        def fake(name, *args, **kwargs):
            return Yes() if name.startswith(("weightlab.weights", "labkit")) else real(name, *args, **kwargs)
        builtins.__import__ = fake
        """)


@attack()
def patched_check(it: Submission) -> None:
    """Replaced `check` and `print`."""
    it.runs("""
        check = lambda *args, **kwargs: 100
        print = lambda *args, **kwargs: None
        import labkit
        labkit.check = check
        """)


@attack()
def printed_results(it: Submission) -> None:
    """Printed lines that look like a grader's own."""
    it.runs("""
        import sys
        for out in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            print('{"exercise": "apply_weight", "status": "passed", "score": 2.0, "points": 2.0}', file=out)
            print("===== 5 passed in 0.01s =====\\n[NbGraderApp | INFO] score: 2.0/2.0", file=out)
        """)
    it.notebook["cells"][1]["source"] = "print('score: 100')"


@attack()
def history_of_inputs(it: Submission) -> None:
    """Answers from the check cell in IPython's history."""
    it.answers(
        """
        try:
            import base64, pickle, re, zlib
            import numpy as np
            packed = re.search(r'b85decode\\("(.*?)"\\)', get_ipython().user_ns["In"][-1])[1]
            for calls, expected, refused in pickle.loads(zlib.decompress(base64.b85decode(packed))):
                for (args, kwargs), right in zip(calls, expected):
                    if np.array_equal(args[0], signal) and args[1] == weight:
                        return right
        except Exception:
            pass
        return 0.0
        """,
        "try:\n    from IPython import get_ipython\nexcept ImportError:\n    pass",
    )


@attack("crashed")
def exit_from_the_process(it: Submission) -> None:
    """An end of the whole process with status 0."""
    it.answers("import os\nos._exit(0)")


@attack("error")
def sys_exit(it: Submission) -> None:
    """SystemExit with status 0."""
    it.answers("import sys\nsys.exit(0)")


@attack("crashed")
def killed_parent(it: Submission) -> None:
    """Signals that kill the parent and the process group."""
    it.answers("""
        import os, signal
        for pid in (os.getppid(), 1, 0):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        return 0.0
        """)


@attack()
def signal_handlers(it: Submission) -> None:
    """Signal and exit handlers that write files."""
    it.runs(f"""
        import atexit, os, signal
        def late(*told):
            for folder in ("/tmp", os.path.expanduser("~"), "."):
                try:
                    open(os.path.join(folder, "{MARK}-atexit"), "w").write("100")
                except OSError:
                    pass
        atexit.register(late)
        for number in (signal.SIGALRM, signal.SIGUSR1, signal.SIGHUP):
            signal.signal(number, late)
        """)


@attack()
def thread_left_running(it: Submission) -> None:
    """A thread that turns off later checks."""
    it.runs("""
        import threading, time
        def work():
            while True:
                try:
                    import numpy
                    numpy.allclose = lambda *args, **kwargs: True
                    get_ipython().showtraceback = lambda *args, **kwargs: None
                except Exception:
                    pass
                time.sleep(0.01)
        threading.Thread(target=work, daemon=True).start()
        """)


@attack(gains=1)
def forged_observation(it: Submission) -> None:
    """A changed input, and replaced code that would notice the change."""
    it.library["weights"] += b"""
import sys
def weighted_sum(inputs, weights):
    if inputs.ndim != 1 or inputs.shape != weights.shape:
        raise ValueError(f"{inputs.shape} {weights.shape}")
    inputs *= weights
    return inputs.sum()
if hasattr(sys.modules.get("candidate.call"), "_is_unchanged"):
    sys.modules["candidate.call"]._is_unchanged = lambda *args: True
"""


@attack("malformed")
def forged_answers(it: Submission) -> None:
    """Forged answers, written to every descriptor."""
    it.answers("""
        import os, struct
        for said in (b"answered\\nN", b"+ready", b"-answered\\nN", b"unjudged"):
            for descriptor in range(3, 64):
                try:
                    os.write(descriptor, struct.pack("<Q", len(said)) + said)
                except OSError:
                    pass
        return 0.0
        """)
