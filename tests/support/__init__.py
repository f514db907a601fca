"""Code that several suites share: clocks that do not wait, both protocols of CloudFormation, and a watch over
every local Connect.
"""
