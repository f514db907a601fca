"""What must be known before any test folder is read."""

import pytest

# Their assertions speak as those of tests do. Named here, because a module that was imported before can no longer be rewritten.
pytest.register_assert_rewrite("functional", "support")
