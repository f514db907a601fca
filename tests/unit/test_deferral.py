"""Deferred imports: the stand-in for a module, its lifetime, and the modules that no front end loads."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.loaders import Loader

from custom_connect_userconfig.aws.clients import proxies_of_the_environment
from custom_connect_userconfig.aws.lazy_imports import NOT_FOR_OUR_CALLS, Deferred, deferred
from custom_connect_userconfig.aws.service_data import loader_of

HEAVY = (
    "boto3",
    "requests",
    "s3transfer",
    "multiprocessing",
    "botocore.docs.client",
    "html.parser",
    "shutil",
    "_decimal",
    "difflib",
    "custom_connect_userconfig.models",
    *NOT_FOR_OUR_CALLS,
)


def test_a_stand_in_is_there_until_the_block_ends() -> None:
    assert "nowhere.at.all" not in sys.modules
    with deferred("nowhere.at.all"):
        from nowhere.at.all import anything  # type: ignore[import-not-found]  # noqa: PLC0415  # the very thing under test
    assert isinstance(anything, Deferred)
    assert "nowhere.at.all" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        anything()


def test_it_goes_when_the_import_fails() -> None:
    def fail() -> None:
        with deferred("nowhere.at.all"):
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert "nowhere.at.all" not in sys.modules


def test_what_is_imported_already_stays() -> None:
    with deferred("json", "os.path"):
        from json import dumps  # noqa: PLC0415  # the very thing under test
    assert dumps({}) == "{}"
    assert sys.modules["os.path"] is os.path


def test_a_call_reaches_the_real_one() -> None:
    assert Deferred("fractions", "Fraction")(1, 2).denominator == 2


def test_a_name_that_is_read_after_the_import_is_the_real_one() -> None:
    sys.modules.pop("fractions", None)
    with deferred("fractions"):
        import fractions  # noqa: PLC0415  # the very thing under test
    assert fractions.Fraction(1, 2) == fractions.Fraction(2, 4)
    assert isinstance(fractions.Fraction, type)


def test_a_type_that_is_put_off_may_be_asked_for_its_instances() -> None:
    number = Deferred("fractions", "Fraction")
    assert isinstance(number(1, 2), number)  # type: ignore[arg-type]  # a stand-in for a type
    assert not isinstance(0.5, (int, number))  # type: ignore[arg-type]  # a stand-in for a type


def test_a_module_inside_of_one_that_is_put_off_is_found() -> None:
    with deferred("nowhere", "nowhere.at"):
        import nowhere.at as found  # type: ignore[import-not-found]  # noqa: PLC0415  # the very thing under test

        assert found is sys.modules["nowhere.at"]


@pytest.mark.parametrize("collects", [False, True])
def test_no_garbage_is_collected_until_the_block_ends(*, collects: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        with deferred():
            assert not gc.isenabled()
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "No_Proxy"])
def test_a_proxy_of_the_environment_is_botocore_s_business(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in [each for each in os.environ if each.lower().endswith("_proxy")]:
        monkeypatch.delenv(other)
    assert proxies_of_the_environment() == {}
    monkeypatch.setenv(name, "http://proxy:3128")
    assert proxies_of_the_environment() is None


def test_a_stand_in_has_no_names_of_the_import_system() -> None:
    with deferred("nowhere.at.all"):
        assert not hasattr(sys.modules["nowhere.at.all"], "__path__")


@pytest.mark.parametrize("front_end", ["handlers", "custom_resource"])
def test_a_front_end_loads_nothing_that_it_does_not_use(front_end: str) -> None:
    # Without the start-up files of site-packages: some of them import importlib.metadata.
    paths = [str(Path(__file__).parents[2] / "src"), str(Path(Loader.BUILTIN_DATA_PATH).parents[1])]
    script = (
        f"import sys; sys.path[:0] = {paths!r}; import custom_connect_userconfig.{front_end};"
        f" print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    alone = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(alone, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []


def test_where_there_is_packaged_data_nothing_else_is_looked_at(tmp_path: Path) -> None:
    assert loader_of(tmp_path).search_paths == [str(tmp_path)]
    assert Loader.BUILTIN_DATA_PATH in loader_of(tmp_path / "none").search_paths
