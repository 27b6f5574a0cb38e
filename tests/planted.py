"""Faults planted one at a time, each of which a test has to see.

    python -m tests.planted [WORD ...]

A suite that is made shorter may see less. This plants a fault for every kind of test that was
merged or made smaller, in a copy of the tree, runs the tests that stand for it now, and says which
of them saw nothing. With words, only the faults whose file or test holds one of them. Minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.root import ROOT

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache", "runs")


@dataclass(frozen=True, slots=True)
class Fault:
    """In `file` the text `old`, there once, becomes `new`; where empty, `new` is added."""

    file: str
    old: str
    new: str
    seen_by: str

    def plant(self, tree: Path) -> str:
        """Plant it; what the file was before. ValueError where `old` is not there once."""
        file = tree / self.file
        before = file.read_text(encoding="utf-8")
        if self.old and before.count(self.old) != 1:
            raise ValueError(f"{self.file} holds {self.old!r} {before.count(self.old)} times")
        after = before.replace(self.old, self.new) if self.old else before + self.new
        file.write_text(after, encoding="utf-8")
        return before


_SUPPLY, _IMPORTS = "tests/unit/test_supply.py", "tests/unit/test_imports.py"
_PATCHES, _DOCS = "tests/unit/model_zoo/test_patches.py", "tests/unit/test_docs.py"
_RUN = "tests/unit/model_zoo/cluster/test_run.py"
_TRAIN_ON = "tests/unit/model_zoo/tuning/test_train_on.py"
_TOUR, _WORDS, _INSIDE = (
    "tests/app/test_tour.py",
    "tests/app/test_words.py",
    "tests/app/test_inside.py",
)
FAULTS = (
    # scans of files, which were a test a file
    Fault(
        "model_zoo/labels.py",
        "",
        "import pick" + "le\n",
        f"{_SUPPLY}::test_nothing_runs_code_that_it_reads",
    ),
    Fault(
        "requirements.txt",
        "rich>=15.0,<16",
        "rich>=15.0",
        f"{_SUPPLY}::test_every_requirement_has_an_upper_bound",
    ),
    Fault(
        "Dockerfile",
        "--require-hashes ",
        "",
        f"{_SUPPLY}::test_the_image_is_made_of_what_is_recorded",
    ),
    Fault(
        ".github/workflows/nightly.yml",
        "contents: read",
        "contents: write",
        f"{_SUPPLY}::test_hosted_runs_have_pinned_actions_and_no_rights_to_write",
    ),
    Fault(
        "model_zoo/text/words.py",
        "",
        "\ndef late():\n    from model_zoo.inference import predict\n",
        f"{_IMPORTS}::test_the_librarys_rooms_import_one_way",
    ),
    Fault(
        "model_zoo/tables/table.py",
        "",
        "\nimport streamlit\n",
        f"{_IMPORTS}::test_the_librarys_rooms_import_one_way",
    ),
    Fault(
        "ui/show/wording.py",
        "",
        "\nimport streamlit\n",
        f"{_IMPORTS}::test_the_apps_rooms_import_one_way",
    ),
    Fault(
        "ui/speed/steps.py",
        "",
        "\nfrom ui.words import game\n",
        f"{_IMPORTS}::test_the_apps_rooms_import_one_way",
    ),
    Fault(
        "ui/show/svg.py",
        "",
        "\nfrom ui.show import svg_charts\n",
        f"{_IMPORTS}::test_no_module_imports_itself_in_a_circle",
    ),
    Fault("pages/speed.py", "", "\nimport torch\n", f"{_IMPORTS}::test_pages_are_thin"),
    Fault("README.md", "docs/engines.md", "docs/engine.md", f"{_DOCS}::test_links_lead_somewhere"),
    Fault("README.md", "#cpu-build-of-torch", "#cpu-builds", f"{_DOCS}::test_links_lead_somewhere"),
    Fault("ui/tour/steps.py", "(3, 1, 1, 1)", "(3, 1, 1, 2)", "tests/unit/test_docstrings.py"),
    Fault(
        "ui/speed/steps.py",
        "",
        "\nimport captum._utils\n",
        f"{_PATCHES}::test_nothing_else_reaches_into_other_packages",
    ),
    Fault(
        "model_zoo/patches.py",
        'seen_on="starlette 1.10"',
        'seen_on="starlette 1.9"',
        f"{_PATCHES}::test_somebody_has_looked_at_this_version",
    ),
    # lanes
    Fault(
        "tests/lanes.py",
        "-takes.get(name, 0.0)",
        "takes.get(name, 0.0)",
        "tests/unit/test_lanes.py",
    ),
    # fewer rows, threads and steps
    Fault(
        "model_zoo/evaluation/tally.py",
        "np.sum([each.inside for each in tallies], axis=0)",
        "tallies[0].inside",
        "tests/unit/model_zoo/evaluation/test_tally.py",
    ),
    Fault(
        "model_zoo/training/fit.py",
        'average[name].copy_(checkpoint.get_tensor(f"average.{name}"))',
        "pass",
        "tests/unit/model_zoo/training/test_fit.py",
    ),
    Fault(
        "model_zoo/training/fit.py",
        "file = run / CHECKPOINT\n    if not file.exists():",
        "file = run / CHECKPOINT\n    if file.exists():",
        "tests/unit/model_zoo/training/test_train.py::test_killed_and_run_again_it_finishes",
    ),
    Fault(
        "model_zoo/inference/score_file.py",
        "if journal.is_file():",
        "if not journal:",
        "tests/unit/model_zoo/inference/test_score.py::test_killed_and_run_again_it_gives_the_same_bytes",
    ),
    # one cluster, what needs no Ray without it; trainings that share one
    Fault(
        "model_zoo/cluster/run.py",
        "if name not in counted}",
        "}",
        f"{_RUN}::test_what_is_done_is_not_done_again_and_nothing_else_is_mixed_with_it",
    ),
    Fault(
        "model_zoo/cluster/ledger.py",
        "if changed := differing(then, these):",
        "if changed := differing(then, then):",
        f"{_RUN}::test_what_is_done_is_not_done_again_and_nothing_else_is_mixed_with_it",
    ),
    Fault(
        "model_zoo/cluster/run.py",
        "unreadable[path] = error",
        "found[path] = []",
        f"{_RUN}::test_a_file_that_cannot_be_read_is_named_and_the_rest_is_kept",
    ),
    Fault(
        "model_zoo/cluster/evaluate.py",
        "    if missing:\n",
        "    if not missing and missing:\n",
        f"{_RUN}::test_figures_of_a_part_are_refused",
    ),
    Fault(
        "model_zoo/training/run_state.py",
        'torch.set_rng_state(checkpoint.get_tensor("random"))',
        "pass",
        f"{_TRAIN_ON}::test_killed_again_and_again_it_ends_with_the_same_bytes",
    ),
    Fault(
        "model_zoo/patches.py",
        "WHILE_IMPORTING = (\n",
        'WHILE_IMPORTING = (\n    Patch("turtle", seen_on="captum 0.9", why="None."),\n',
        f"{_PATCHES}::test_without_its_row_an_import_brings_it_or_breaks",
    ),
    # pages opened by their address, parameters merged
    Fault(
        "pages/words.py",
        '        bind="query-params",\n',
        "",
        f"{_WORDS}::test_the_game_ends_and_begins_anew",
    ),
    Fault(
        "ui/tour/guess.py",
        "if given == question.answer:",
        "if given:",
        f"{_TOUR}::test_just_a_single_guess_is_right_and_the_models_say_which",
    ),
    Fault(
        "ui/tour/guess.py",
        "if given == question.answer:",
        "if not given:",
        f"{_TOUR}::test_what_is_right_depends_on_the_sentence",
    ),
    Fault(
        "ui/tour/sentence.py",
        "    state.go_to(step.page)",
        '    state.go_to("app.py")',
        f"{_TOUR}::test_every_step_opens_by_its_address_and_leads_on",
    ),
    Fault(
        "ui/tour/guess.py",
        'st.caption("This sentence is too short',
        'st.error("This sentence is too short',
        f"{_TOUR}::test_any_sentence_can_be_shown",
    ),
    Fault(
        "ui/frame/text.py",
        "judged and example.text == text",
        "judged and example.text != text",
        "tests/app/test_compare.py::test_examples_fill_the_box_are_read_and_say_what_they_show",
    ),
    Fault(
        "ui/inside/sections.py",
        "able = having(capability, models)",
        "able = list(models)",
        f"{_INSIDE}::test_eight_models_in_every_picture",
    ),
    Fault(
        "ui/inside/rollout.py",
        "st.caption(plain(sentence))",
        "st.error(plain(sentence))",
        f"{_INSIDE}::test_every_section_and_picture_opens",
    ),
    Fault(
        "ui/data/choice.py",
        "problem + kept",
        "kept",
        "tests/app/test_evaluate.py::test_a_bad_file_says_why_and_loses_nothing",
    ),
    # browser tests that look at both widths of one page
    Fault(
        "ui/show/style.py",
        ".q-unseen{",
        ".q-table{min-width:700px}\n.q-unseen{",
        "tests/browser/test_models_page.py::test_every_tab_opens_fits_and_can_be_read",
    ),
    Fault(
        "ui/show/style.py",
        ".q-unseen{",
        ".q-claim{color:#eee}\n.q-unseen{",
        "tests/browser/test_models_page.py::test_every_tab_opens_fits_and_can_be_read",
    ),
    # pages that one visitor walks through
    Fault(
        "ui/show/style.py",
        ".q-unseen{",
        ".q-card{min-width:700px}\n.q-unseen{",
        "tests/browser/test_sets.py::test_every_page_shows_them",
    ),
    Fault(
        "ui/show/style.py",
        ".q-unseen{",
        ".q-guesses li{color:#eee}\n.q-unseen{",
        "tests/browser/test_words.py::test_each_part_is_accessible_and_fits",
    ),
    Fault(
        "ui/show/style.py",
        ".q-unseen{",
        ".q-words{min-width:700px}\n.q-unseen{",
        "tests/browser/test_attributions.py::test_another_method_is_chosen_on_a_phone",
    ),
    Fault(
        ".streamlit/config.toml",
        "[server]\n",
        "[server]\nenableCORS = false\n",
        "tests/browser/test_faults.py::test_no_other_machine_is_asked_at_the_start_or_by_foreign_pages",
    ),
    Fault(
        "ui/serve/footprints.py",
        "added_memory(row, kept_in=user_cache())",
        "added_memory(row, kept_in=ui_cache())",
        "tests/browser/test_exporting.py",
    ),
    # said in the browser and under AppTest, which is quicker
    Fault(
        "ui/show/wording.py",
        'return f"{name}{moved}: turns {after.label}"',
        'return f"{name}{moved}: turns {before.label}"',
        "tests/app/test_compare.py::test_pin_edit_unpin",
    ),
    Fault(
        "model_zoo/models/hub_client.py",
        "{name} is gated: accept",
        "{name} is closed: accept",
        "tests/app/test_own_models.py::test_what_the_hub_refuses_is_said",
    ),
    Fault(
        "model_zoo/models/classes.py",
        'return "gives a number and not a label. Choose',
        'return "gives a score and not a label. Choose',
        "tests/app/test_own_models.py::test_what_cannot_be_used_is_said_before_it_is_added",
    ),
    Fault(
        "ui/serve/cached.py",
        'return _kept("path", name, compute, text, begin=begin)',
        'return _results.get("path", (name, text), compute, begin)',
        "tests/app/test_memory.py::test_nothing_that_is_kept_outlives_the_weights_it_was_computed_with",
    ),
)


def sees(tree: Path, fault: Fault) -> bool:
    """Whether the fault's test fails in a tree that has it."""
    before = fault.plant(tree)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not long", fault.seen_by]
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=tree, env=os.environ | quiet, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        (tree / fault.file).write_text(before, encoding="utf-8")
    if done.returncode not in (0, 1):  # 1: tests failed; all else says nothing of them
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 1


def main(words: list[str]) -> int:
    """How many faults nobody saw."""
    chosen = [
        fault
        for fault in FAULTS
        if not words or any(word in f"{fault.file} {fault.seen_by}" for word in words)
    ]
    unseen = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(shutil.copytree(ROOT, Path(folder) / "tree", ignore=LEFT_OUT))
        for fault in chosen:
            try:
                said = "seen" if sees(tree, fault) else "NOT SEEN"
            except (ValueError, RuntimeError) as error:
                said = f"NOT SEEN: {error}"
            unseen += said != "seen"
            print(
                f"{said}: {fault.file}: {fault.new.strip()[:60]!r} by {fault.seen_by}", flush=True
            )
    print(f"{len(chosen) - unseen} of {len(chosen)} planted faults were seen")
    return unseen


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
