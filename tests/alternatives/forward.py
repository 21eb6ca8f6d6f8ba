"""Correct answers of chapter forward in other styles."""

import math

import numpy as np

from . import answers
