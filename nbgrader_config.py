"""nbgrader with Weightlab's autograder in it: ``nbgrader autograde CHAPTER --course-dir DIR`` from this folder."""

import os
import sys
from pathlib import Path

from nbgrader import preprocessors
from nbgrader.converters import Autograde, BaseConverter, GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from autograder.classroom import converters, formgrader
from autograder.classroom.times import existing_time

c = get_config()  # noqa: F821  (nbgrader gives it)

# nbgrader runs the program alembic, which lies beside this Python, whether or not an environment is activated.
if (beside := str(Path(sys.executable).parent)) not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])

# Whoever reads a timestamp.txt, nbgrader too, reads one strict form: anything else counts as no time and stops nothing.
CourseDirectory.get_existing_timestamp = existing_time
# What is left of a student who was dropped, or is named as no student can be, stops nobody's grades and feedback.
GenerateFeedback.init_destination = converters.begin_feedback
Autograde.init_destination = converters.begin_grading
# Of a submission nothing is copied beside its autograded notebook that a kernel would run there.
BaseConverter.init_assignment = converters.copy_companions
# No id, time or link of a student's stops Formgrader, or runs in it.
formgrader.install()

# The released notebooks are the source: `weightlab release` has taken the answers out already, so nbgrader leaves the
# text as it is where it generates what the exchange hands out.
c.CourseDirectory.source_directory = str(Path(__file__).parent / "course")
c.GenerateAssignment.preprocessors = [
    preprocessors.LockCells,
    preprocessors.ComputeChecksums,
    preprocessors.SaveCells,
    preprocessors.CheckCellMetadata,
]

# The exchange, where students' accounts are on one machine: who submits hands in their library too.
c.CourseDirectory.course_id = "weightlab"
c.Exchange.assignment_dir = str(Path(__file__).parent / "course")
c.ExchangeFactory.submit = "autograder.classroom.exchange.SubmitWithLibrary"
# Ordinary files of the submitter alone are collected: nbgrader's own follows links with the instructor's rights.
c.ExchangeFactory.collect = "autograder.classroom.collecting.inbound.CollectOrdinaryFiles"
# Feedback on what did not come through the exchange is named: nbgrader's own ends with an error there.
c.ExchangeFactory.release_feedback = "autograder.classroom.exchange.ReleaseFeedbackWithSecrets"
# Elsewhere than in /usr/local/share/nbgrader/exchange (`weightlab handout` passes both on to students):
# c.Exchange.root = "/srv/exchange"

# Grading executes no notebook: functions are graded from the student's weightlab/*.py, in isolation.
c.Autograde.exporter_class = "autograder.classroom.nbgrader_plugins.Rebuilder"
c.Autograde.pre_convert_hook = "autograder.classroom.nbgrader_plugins.drop_links"
c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
c.Autograde.autograde_preprocessors = [
    "autograder.classroom.nbgrader_plugins.Verdicts",
    "autograder.classroom.nbgrader_plugins.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Late submissions cost nothing unless a plug-in says so, for instance ten percent per day after a quarter of an hour:
# c.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"
# c.PercentPerDay.percent = 10
# c.PercentPerDay.grace_minutes = 15
