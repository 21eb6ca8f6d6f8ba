"""nbgrader with Weightlab's examiner in it: ``nbgrader autograde CHAPTER --course-dir DIR`` from this folder."""

c = get_config()  # noqa: F821  (nbgrader gives it)

# Grading executes no notebook: functions are graded from the student's weightlab/*.py, in isolation.
c.Autograde.exporter_class = "autograder.nbgrader_plugins.Rebuilder"
c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugins.Verdicts",
    "autograder.nbgrader_plugins.SaveVerdicts",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Late hand-ins cost nothing unless a plug-in says so, for instance:
# c.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
# c.LateSubmissionPlugin.penalty_method = "zero"
