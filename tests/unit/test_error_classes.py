"""The classes of errors: a note keeps the class, and an error to wait for knows its final error."""

import pytest
from unit.examples import every_class

from custom_connect_userconfig.core import errors

FINAL = [kind for kind in every_class() if not issubclass(kind, errors.NotYet)]


@pytest.mark.parametrize("kind", FINAL)
def test_a_note_keeps_the_class_and_ends_the_message(kind: type[errors.SettingsError]) -> None:
    noted = kind("It failed.").with_note("All was given back.")
    assert type(noted) is kind
    assert str(noted) == "It failed. All was given back."


@pytest.mark.parametrize("kind", [errors.NotReadableYet, errors.NotSettledYet])
def test_a_waiting_error_says_what_it_ends_with(kind: type[errors.NotYet]) -> None:
    final = errors.NotFound("No such user.")
    waiting = kind(final)
    assert waiting.final is final
    assert str(waiting) == "No such user."


def test_what_may_succeed_later_is_retriable_and_nothing_else() -> None:
    retriable = {kind for kind in every_class() if issubclass(kind, errors.Retriable)}
    names = (
        "Retriable Throttling ServiceInternalError NetworkFailure ResourceConflict "
        "OutOfTime NotYet NotReadableYet NotClaimedYet NotSettledYet"
    )
    assert {kind.__name__ for kind in retriable} == set(names.split())
    assert errors.__doc__
    for kind in every_class():
        assert kind.__name__ in errors.__doc__ or issubclass(kind, errors.NotYet)
