"""The flat model and its wire form hold the same settings, in any form and order of a read."""

import random

from hypothesis import given
from hypothesis import strategies as st

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import ARRAYS, Array, field_of
from custom_connect_userconfig.core.settings import Settings, UserSettings, expand, flatten

from . import strategies
from .agent import INSTANCE_ID, USER_ID, InitialUser, local_agent


@given(strategies.settings(at_least=0))
def test_flatten_undoes_expand(settings: Settings) -> None:
    assert flatten(expand(settings)) == settings


@given(strategies.settings(at_least=0), st.randoms(use_true_random=False))
def test_expand_undoes_flatten_but_for_the_order(settings: Settings, random: random.Random) -> None:
    arrays = expand(settings)
    shuffled = {name: random.sample(entries, len(entries)) for name, entries in arrays.items()}
    assert expand(flatten(shuffled)) == arrays
    assert flatten(shuffled) == settings


@given(strategies.initial_users(), strategies.behaviours(stale=False))
def test_a_read_shows_what_there_is(initial: InitialUser, behaviour: Behaviour) -> None:
    with local_agent(initial, behaviour) as agent:
        shown = agent.read().settings
        assert {key: shown.effective(key) for key in strategies.KEYS} == agent.truth()


@given(strategies.initial_users(), strategies.behaviours(stale=False), st.sampled_from(ARRAYS))
def test_an_array_written_back_changes_nothing(
    initial: InitialUser, behaviour: Behaviour, array: Array
) -> None:
    with local_agent(initial, behaviour) as agent:
        before = agent.truth()
        agent.gateway.update_user_config(
            INSTANCE_ID, USER_ID, {array.name: agent.read().settings.overlay(array, {})}
        )
        after = agent.truth()
        changed = {key for key in before if before[key] != after[key]}
        assert changed <= strategies.changed_by_the_service(behaviour)


@given(strategies.user_settings(), strategies.settings(), st.sampled_from(ARRAYS))
def test_laying_over_names_every_channel_and_takes_nothing_away(
    user: UserSettings, wanted: Settings, array: Array
) -> None:
    written = flatten({array.name: user.overlay(array, wanted)})
    assert {key.channel for key in written} >= set(array.channels)
    assert written.items() >= {key: value for key, value in wanted.items() if key.array == array.name}.items()
    invented = written.keys() - wanted.keys() - user.shown.keys()
    # No documentation says that an absent optional field equals one with the default value.
    assert all(field_of(key).required or user.effective(key) != field_of(key).absent for key in invented)
    for key in strategies.KEYS:
        if key.array == array.name and key not in wanted:
            assert UserSettings(written, user.legacy).effective(key) == user.effective(key)
