"""The program that is started, alone or inside a sandbox: finds its modules, and serves jobs."""

import gc
import os
import sys
from types import ModuleType

gc.disable()  # nothing imported here becomes garbage
if "--sandboxed" in sys.argv:
    os.nice(10)  # so that judging and everything else on the machine has priority
for _argument in sys.argv:
    if _argument.startswith("--user="):
        # In a sandbox started by root, this process becomes a user that no other process has.
        _user = int(_argument.removeprefix("--user="))
        os.setgroups([])
        os.setresgid(_user, _user, _user)
        os.setresuid(_user, _user, _user)
# Python was started without site, so the autograder names the folders to import from.
sys.path += [argument.removeprefix("--path=") for argument in sys.argv if argument.startswith("--path=")]
# Writing the docstrings of NumPy's compiled functions takes a seventh of its start-up time, and nobody reads them here.
for _unread in ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars"):
    sys.modules[_unread] = ModuleType(_unread)
import numpy  # noqa: E402, F401  (before anything of ours could hide it)

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from candidate import main  # noqa: E402  (only now can it be found)

del sys.path[0]
main.serve_jobs(sys.argv)
