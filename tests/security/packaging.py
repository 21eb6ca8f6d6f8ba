"""Attacks by how a submission is packed and named: others' names, paths that lead out, links, bombs, odd ids."""

from __future__ import annotations

import json
import stat

from tests.security.payload import CHAPTER, MARK, OF_FUNCTIONS, POINTS, Attacks, Submission, zipped
from tests.support import classroom as made

attack = Attacks("packaging")
HONEST = "zoe"
"""A classmate, whose name the attackers know."""
NOTEBOOK = f"{CHAPTER.name}.ipynb"
WORSE = {NOTEBOOK: json.dumps(made.released(CHAPTER)).encode(), "weightlab/weights.py": made.STUBS["weights"]}
"""What the attacker would put in place of a classmate's submission."""


def under(folder: str) -> dict[str, bytes]:
    return {f"{folder}{name}": content for name, content in WORSE.items()}


@attack(submission="not taken", costs=POINTS)
def folder_named_as_a_classmate(it: Submission) -> None:
    """A folder with a classmate's name."""
    it.zips(f"{it.student}.zip", under(f"{HONEST}/"))


@attack()
def folders_as_the_collector_makes_them(it: Submission) -> None:
    """The collector's own folders, with a classmate's name."""
    it.zips(f"{it.student}.zip", under(f"extracted/{HONEST}/") | under(f"submitted/{HONEST}/{CHAPTER.name}/"))


@attack()
def zip_within_the_zip(it: Submission) -> None:
    """Zips with a classmate's name within a zip."""
    inner = zipped(WORSE)
    it.zips(f"{it.student}.zip", {f"{HONEST}.zip": inner, f"{HONEST}_1_assignsubmission_file_/{NOTEBOOK}.zip": inner})


@attack(submission="not taken", student=HONEST)
def almost_the_name_of_a_classmate(it: Submission) -> None:
    """A zip with almost a classmate's name."""
    it.zips(f"{HONEST}-.zip", WORSE)


@attack(student=HONEST.upper())
def name_of_a_classmate_in_capitals(it: Submission) -> None:
    """A classmate's name in capitals."""
    it.zips(f"{it.student}.zip")


@attack()
def two_copies(it: Submission) -> None:
    """Every file twice, in two folders."""
    it.zips(f"{it.student}.zip", {f"again/{name}": content for name, content in it.files().items()})


@attack("missing", costs=OF_FUNCTIONS)
def link_in_a_zip(it: Submission) -> None:
    """A link to a classmate's module, in a zip."""
    name = "weightlab/weights.py"
    files = it.files() | {name: f"../../../{HONEST}/{CHAPTER.name}/{name}".encode()}
    it.archives[f"{it.student}.zip"] = zipped(files, **{name: stat.S_IFLNK | 0o777})


@attack("missing", submission="no_library", costs=OF_FUNCTIONS)
def linked_library(it: Submission) -> None:
    """A link to a classmate's library."""
    it.library = {}
    it.links["weightlab"] = f"../../{HONEST}/{CHAPTER.name}/weightlab"


@attack(submission="missing", costs=POINTS)
def linked_notebook(it: Submission) -> None:
    """A link to a classmate's notebook."""
    it.links[NOTEBOOK] = f"../../{HONEST}/{CHAPTER.name}/{NOTEBOOK}"


@attack()
def linked_gradebook(it: Submission) -> None:
    """Links to the gradebook and the secret seed."""
    it.links[f"{MARK}-gradebook.html"] = "../../../gradebook.db"
    it.links["weightlab/seed.py"] = "../../../../.weightlab/seed"


@attack()
def pipe_in_the_library(it: Submission) -> None:
    """A named pipe as a module."""
    del it.library["loss"]
    it.pipes = ("weightlab/loss.py",)


@attack(submission="missing", costs=POINTS)
def pipe_for_a_notebook(it: Submission) -> None:
    """A named pipe as the notebook."""
    it.notebook = b""
    it.pipes = (NOTEBOOK,)


@attack()
def absolute_paths(it: Submission) -> None:
    """Absolute paths in a zip."""
    it.zips(f"{it.student}.zip", {f"/tmp/{MARK}-absolute": b"x", f"//tmp/{MARK}-absolute2": b"x"})


@attack(submission="not taken", costs=POINTS)
def paths_that_lead_out(it: Submission) -> None:
    """Paths that lead out of a zip."""
    outside = {f"../{HONEST}/{CHAPTER.name}/{name}": content for name, content in WORSE.items()}
    outside |= {f"..\\..\\{HONEST}\\{CHAPTER.name}\\weightlab\\weights.py": b"", "../../../gradebook.db": b""}
    it.zips(f"{it.student}.zip", outside | {f"../{MARK}-up": b"", f"{'../' * 12}tmp/{MARK}-up": b""})


@attack(submission="not taken", costs=POINTS)
def sibling_with_the_same_beginning(it: Submission) -> None:
    """A path whose beginning is the student's own folder."""
    it.zips(f"{it.student}.zip", {f"../{it.student}-{MARK}/{NOTEBOOK}": b"{}"})


@attack(submission="not taken", costs=POINTS)
def zip_bomb(it: Submission) -> None:
    """A zip that unpacks to 200 MB."""
    it.zips(f"{it.student}.zip", {"weightlab/weights.py": bytes(200 * 2**20)})


@attack(submission="not taken", costs=POINTS)
def zip_of_very_many_files(it: Submission) -> None:
    """A zip of 20,000 empty files."""
    it.zips(f"{it.student}.zip", {f"many/{i}.ipynb": b"" for i in range(20_000)})


@attack()
def names_of_control_characters(it: Submission) -> None:
    """File names with control characters."""
    odd = (
        "weightlab/we\nights.py",
        "weightlab/\x1b[2J\x1b[1;1Hweights.py",
        "weightlab/\u202eyp.sthgiew.py",
        "a\tb.ipynb",
    )
    it.zips(f"{it.student}.zip", dict.fromkeys(odd, b"raise SystemExit"))


@attack()
def names_that_differ_by_capitals(it: Submission) -> None:
    """File names that differ only in capitals."""
    it.zips(f"{it.student}.zip", {NOTEBOOK.upper(): b"{}", "WeightLab/Weights.py": b"", "weightlab/WEIGHTS.PY": b""})


@attack("failed")
def name_too_long_for_a_disk(it: Submission) -> None:
    """A module's name of 240 letters."""
    it.library["m" * 240] = b"x = 1\n"


@attack(submission="missing", costs=POINTS)
def folders_without_end(it: Submission) -> None:
    """Four hundred nested folders."""
    it.notebook, it.library = b"", {}
    it.beside = {"/".join("d" * 400) + "/x.txt": b""}
    it.pipes = (NOTEBOOK,)


@attack()
def folder_for_a_file(it: Submission) -> None:
    """Folders in place of files."""
    it.beside |= {"timestamp.txt/x": b"", "concepts.json/x": b"", "weightlab/loss2.py/x": b""}


@attack()
def records_that_cannot_be_read(it: Submission) -> None:
    """A time and a concept record that cannot be read."""
    it.beside["timestamp.txt"] = b"2026-03-02 10:00:00 ../../../../etc/passwd"
    it.beside["concepts.json"] = b'{"before":' * 2_000 + b"1" * 5_000 + b"}" * 2_000
    it.beside["submission_secret.txt"] = b"\xff" * 2_000


@attack(student="x-name-that-is-no---text")
def name_that_is_not_text(it: Submission) -> None:
    """A zip's name that is not text."""
    it.archives["x-name-that-is-no-\udcff-text.zip"] = zipped(it.files())


@attack(student="=cmd|' -C calc'!A0")
def student_id_that_is_a_formula(it: Submission) -> None:
    """A formula as an id."""


@attack(student='x-a,99,99,"99', submission="malformed", costs=POINTS)
def student_id_with_commas(it: Submission) -> None:
    """Commas and a quote in an id."""


@attack(student="x'; DROP TABLE grade; --")
def student_id_that_is_sql(it: Submission) -> None:
    """SQL as an id."""


@attack(student="x-<script>document.title='opened'<script>", submission="malformed", costs=POINTS)
def student_id_that_is_a_script(it: Submission) -> None:
    """A script as an id."""


@attack(student="x-<img src=x onerror=document.title='opened'>", submission="malformed", costs=POINTS)
def student_id_that_is_a_picture(it: Submission) -> None:
    """An image with a script as an id."""


@attack(student='x-";document.title="opened";"', submission="malformed", costs=POINTS)
def student_id_that_ends_a_text(it: Submission) -> None:
    """An id that ends a string in Formgrader's script."""


@attack(student="x-new\nline\x1b[2J", submission="malformed", costs=POINTS)
def student_id_of_control_characters(it: Submission) -> None:
    """Control characters in an id."""


@attack(student="constructor", submission="malformed", costs=POINTS)
def student_id_that_javascript_has(it: Submission) -> None:
    """An id that every JavaScript object has."""


@attack(student="c7")
def student_id_that_a_list_gives_its_rows(it: Submission) -> None:
    """An id that Formgrader gives to a row."""


@attack(student=f"{HONEST}#x", submission="malformed", costs=POINTS)
def student_id_that_ends_an_address(it: Submission) -> None:
    """A classmate's id with `#` and more text."""


@attack(student=f"{HONEST[:-1]}*", submission="malformed", costs=POINTS)
def student_id_that_is_a_pattern(it: Submission) -> None:
    """A file pattern that matches a classmate's id."""
