"""Settings as classes, profiles that many agents share, rosters and pins: what the constructs declare,
without anything of the CDK, so that it is tested without it.
"""
