"""A contract that import-linter lacks: a package that imports nothing but the standard library and itself.

`lint-imports` reads it (see `contract_types` in pyproject.toml). A list of forbidden packages would miss the
next dependency.
"""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class StandardLibraryOnly(Contract):
    """No module of `package` may import another module, except from the standard library."""

    type_name = "standard_library_only"

    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001  # the signature of import-linter
        """Find the other imports; the graph names a foreign module by its top-level package only."""
        package = str(self.package)
        own = {package, *graph.find_descendants(package)}
        foreign = sorted(
            (importer, imported)
            for importer in own
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported not in own and imported not in sys.stdlib_module_names
        )
        return ContractCheck(kept=not foreign, metadata={"foreign": foreign})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that breaks the contract."""
        rule = f"{self.package} may import the standard library only"
        for importer, imported in check.metadata["foreign"]:
            output.print_error(f"{importer} imports {imported}; {rule}")
