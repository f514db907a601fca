"""Tests of what is installed, on the release itself."""
