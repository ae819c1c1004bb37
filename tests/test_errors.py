"""One tree of errors: each is a LumbarError with its problems, and survives the way to another process."""

import pickle
from importlib import import_module
from pkgutil import walk_packages

import click
import pytest
from click.testing import CliRunner

import engine
from engine.errors import InternalError, LumbarError, Place, Problem
from engine.interfaces.terminal import Exit, Guards
from engine.rulebook import DependencyCycle

SIGNALS = {"Answered", "Left", "NotTaken", "_Back", "_Later"}
"""What ends a dialogue or goes back in it, or has the answer of the page: no error, and never shown as one."""


def exceptions() -> set[type[Exception]]:
    """Every exception class that is defined in the engine."""
    modules = [import_module(found.name) for found in walk_packages(engine.__path__, "engine.")]
    found = (thing for module in modules for thing in vars(module).values() if isinstance(thing, type))
    return {kind for kind in found if issubclass(kind, Exception) and kind.__module__.startswith("engine")}


def test_every_exception_of_the_engine_is_a_lumbar_error() -> None:
    kinds = exceptions()
    assert LumbarError in kinds
    assert {kind.__name__ for kind in kinds if not issubclass(kind, LumbarError)} == SIGNALS


@pytest.mark.parametrize(
    "error",
    [
        DependencyCycle(("a", "b", "a")),
        InternalError.of("two and two"),
        LumbarError([Problem(Place("x.yaml", 3), "a"), Problem(Place("x.yaml", 1), "b")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_whole_in_another_process(error: LumbarError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.problems, str(again)) == (type(error), error.problems, str(error))


def test_an_internal_error_asks_for_a_report_and_has_an_exit_code_of_its_own() -> None:
    @click.group(cls=Guards)
    def group() -> None:
        """A group."""

    @group.command()
    def contradict() -> None:
        raise InternalError.of("the answer is not confirmed")

    result = CliRunner().invoke(group, ["contradict"])
    assert result.exit_code == Exit.INTERNAL
    assert "lumbar: internal error: the answer is not confirmed" in result.output
    assert "please report it" in result.output
    assert "Traceback" not in result.output


def test_any_error_of_ours_ends_a_command_with_its_problems() -> None:
    @click.group(cls=Guards)
    def group() -> None:
        """A group."""

    @group.command()
    def fail() -> None:
        raise LumbarError(Problem(Place("x.yaml", 3), "one thing", "another"))

    result = CliRunner().invoke(group, ["fail"])
    assert result.exit_code == Exit.TO_MEND
    assert "x.yaml:3: one thing; expected another" in result.output
