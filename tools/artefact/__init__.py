"""Builds what is installed: the registry's artefact and the zip of the custom resource's function.

`make package` and `make function` call it (`python -m tools.artefact`). One room for each step:

``libraries``      the pinned packages, copied out of the environment with every hash checked
``service_data``   botocore's models of the operations that are used, endpoints of those services
``bytecode``       compiled by the runtime's own Python
``archive``        zips that are the same bytes for the same input
``type_name``      which names the registry admits, and what follows from a name
``project``        a copy of the project under that name, which the stock `cfn` command can validate and submit
``registry``       what `cfn submit` uploads, with the lean code in it
``bill``           the bill of materials, in CycloneDX
``checksums``      the file of checksums
"""
