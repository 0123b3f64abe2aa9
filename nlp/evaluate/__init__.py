"""Measures what the model says against what people say: every figure with its interval.

A measure is one function in one file, listed in `registry.MEASURES`. `listening eval` runs them
all; `python -m nlp.evaluate` prints what the model card quotes.
"""

from nlp.evaluate.card import format_table, main, measure_sure
from nlp.evaluate.figure import Figure, Ground, Skipped
from nlp.evaluate.registry import MEASURES, measure_all, tasks
from nlp.evaluate.report import sort_out, tabulate, to_json
from nlp.evaluate.seal import seal_figures
from nlp.evaluate.sets import FOLDERS, read_airline, read_part

__all__ = [
    "FOLDERS",
    "MEASURES",
    "Figure",
    "Ground",
    "Skipped",
    "format_table",
    "main",
    "measure_all",
    "measure_sure",
    "read_airline",
    "read_part",
    "seal_figures",
    "sort_out",
    "tabulate",
    "tasks",
    "to_json",
]
