"""Tests on the release itself."""
