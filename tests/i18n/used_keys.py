"""Finds the text keys that the program uses, by reading its sources; helper of `test_usage`."""

import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Keys put together while running, `errors.<code>` and the like: no scan of the sources finds their last
# part, so each group has a test of its own that compares it with what the program registers.
DYNAMIC_PREFIXES: tuple[str, ...] = (
    "api.group_",  # of calls: maps, images ...
    "api.status_",
    "api.type_",  # of a field, one and many: integer, integers ...
    "api.where_",  # a parameter stands: query, path, header
    "attribution.",  # a method's title, says, says_not; check_<name>
    "batch.change_",  # what is done to a picture: mirrored, gray ...
    "batch.verdict_",  # wrong, unsure, right ...
    "cell.quantity_",  # what a curve needs besides its input: mean, std, largest ...
    "challenge_found.",  # what a check looked at
    "challenges.",  # a challenge's title, task, hint_<n>; medal_<name>; its fields by name
    "choices.",  # of a layer's parameter: padding=same ...
    "classes.",  # of the cat/dog network
    "code.differs_",  # between frameworks: layout, kernel_order ...
    "code.fact_",  # about the frameworks, each with its source
    "code.framework_",
    "code.measured_",  # a row of the comparison
    "colors.",
    "course_angles.",  # settings by name, lines of the chart
    "course_compare.",  # settings by name, panels, steps, columns
    "course_counts.",  # settings by name, presets, layers
    "course_frequency.",  # real, imaginary: the two parts of a response
    "course_growth.",  # settings by name; line_<choice>
    "course_learning.demo_",  # hand, stack: what is propagated through; says_ the same
    "course_learning.note_",  # how an entry comes about
    "course_learning.pair_",  # the picture that a kernel is learned from
    "course_learning.picture_",  # before, after, now
    "course_learning.rule_",
    "course_learning.says_",
    "course_learning.start_",
    "course_learning.table_",  # V, K, Z, T, G, g, h
    "course_shapes.class_",  # what is drawn: ring, square, plus; triangle and others that it never saw
    "course_shapes.part_",  # of the cat/dog network
    "course_signal.wave_",  # the signal that is smoothed
    "course_stages.",  # settings by name, stages, columns
    "course_toeplitz.",  # settings by name with their choices
    "errors.",
    "fits.",
    "kernel_families.",
    "kernel_params.",
    "kernels.",
    "label.",
    "layer_groups.",
    "layers.",
    "looks.",
    "mattered.plot_",  # of a check that has curves
    "network.colour_",  # of the photo: red, green, blue
    "network.hint_",  # of a level
    "network.over_",  # a way to show what mattered
    "notation_expected.",  # a code in `expected`: value, layer_end ...
    "notices.",  # what happened to an upload: turned, shrunk ...
    "params.",
    "presets.",
    "questions.",  # to the class, about a sample
    "sample_kinds.",
    "samples.",
    "scopes.",
    "site.theme_",
    "tour.says_",  # of a step
    "tour.title_",
    "teacher.key_",
)
SOURCES = (("app", "*.py"), ("templates", "*.html"), ("static/js", "*.js"))

# t('key'), t("key", n=3), say("key"), catalogue.text("key", lang); or a prefix put together with ~ or +.
_CALL = re.compile(r"""(?:\bt|\bsay|\.text)\(\s*(["'])([a-z][\w.]*)\1\s*([,)~+])""")
# Any quoted dotted word: keys handed on as values, as in `label="lab.size"` or a list of notices.
_LITERAL = re.compile(r"""(["'])([a-z]\w*(?:\.\w+)+)\1""")


def source_texts() -> Iterable[str]:
    """Read every file that may name a key."""
    for folder, pattern in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            yield path.read_text(encoding="utf-8")


def called_keys(text: str) -> set[str]:
    """Return the keys that are looked up by name; a prefix to be put together ends with a dot or a line."""
    return {key for _, key, after in _CALL.findall(text) if after in ",)" or key[-1] in "._"}


def literal_keys(text: str) -> set[str]:
    """Return every quoted word that looks like a key."""
    return {key for _, key in _LITERAL.findall(text)}


def is_put_together(prefix: str, text: str) -> bool:
    """Tell whether the text builds keys with this prefix: f"errors.{code}", 'layers.' ~ kind, `js.${name}`."""
    start = re.escape(prefix.rstrip("."))
    return re.search(rf"""["'`]{start}(\.?\{{|\.?\$\{{|\.?["'`]\s*[~+])""", text) is not None
