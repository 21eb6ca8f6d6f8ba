"""Correct answers of chapter descent in other styles."""

import math

import numpy as np

from . import answers
