"""Correct answers of chapter initialization in other styles."""

import math

import numpy as np

from . import answers
