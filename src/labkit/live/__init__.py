"""Live figures: the learner's functions compute, the browser draws, and the learner's hand moves something."""
