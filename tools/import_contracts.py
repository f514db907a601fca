"""A rule that import-linter does not bring along: a package that imports nothing but the standard library and
itself.

Read by `lint-imports` (see `contract_types` in pyproject.toml). A list of forbidden packages would let the
next dependency in.
"""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class StandardLibraryOnly(Contract):
    """Breaks for each module of `package` that imports a module from outside of it and of the standard
    library.
    """

    type_name = "standard_library_only"

    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001  # the signature of import-linter
        """In the graph, a module from outside of the project bears the name of its top-level package only."""
        package = str(self.package)
        inside = {package, *graph.find_descendants(package)}
        strangers = sorted(
            (importer, imported)
            for importer in inside
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported not in inside and imported not in sys.stdlib_module_names
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Names each import that must go."""
        for importer, imported in check.metadata["strangers"]:
            output.print_error(
                f"{importer} imports {imported}; {self.package} may import the standard library only"
            )
