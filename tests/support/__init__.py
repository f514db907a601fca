"""Code that several suites share: clocks, both protocols of CloudFormation, a watch over local Connects."""
