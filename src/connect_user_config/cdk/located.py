"""Where in an app a mistake is: the construct's path before what is wrong, the remedy behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from connect_user_config.problems import UsageError
from custom_connect_userconfig.core.errors import InvalidRequest


@contextmanager
def located(path: str) -> Iterator[None]:
    """Raise the same kind of error with the construct's `path`; of a UsageError also with its advice."""
    try:
        yield
    except UsageError as problem:
        said = f"{path}: {problem.message}: {problem.advice}"
        raise UsageError(problem.code, said, problem.advice) from problem
    except InvalidRequest as error:
        raise InvalidRequest(f"{path}: {error}") from error
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from error
