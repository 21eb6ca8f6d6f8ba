"""``python -m autograder``: the command ``weightlab``, if its program is not on the path."""

import sys

try:
    from .cli.main import main
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] in ("autograder", "labkit"):
        raise
    sys.exit(
        f"This Python ({sys.executable}) has no package {missing.name}. Set the course up first, for instance with "
        "`make study`, and use the Python in .venv."
    )

if __name__ == "__main__":
    main()
