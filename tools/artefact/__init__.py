"""Builds what is installed: the code zip, the registry's artefact around it, the wheel around both.

The Makefile calls it (`python -m tools.artefact`). One room for each step:

``project``        what is taken of the checkout
``libraries``      the pinned packages, copied out of the environment with every hash checked
``service_data``   botocore's models of the operations that are used, endpoints of those services
``bytecode``       compiled by the runtime's own Python
``archive``        zips that are the same bytes for the same input
``registry``       the registry's artefact, laid out as `cfn submit` lays it out
``build``          both artefacts, step by step
``distribution``   the wheel and the source archive
``bill``           the bill of materials, in CycloneDX
``checksums``      the file of checksums
``notices``        the notices of the packages that are bundled
"""
