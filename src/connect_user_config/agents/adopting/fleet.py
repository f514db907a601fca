"""From what was read of agents to the files: one part after the other, so that memory holds only one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...lanes import shard_of
from ...problems import Refused, UsageError
from . import naming
from .declaring import Adopted, LeftOut, WouldChange
from .documents import INSTANCE, OURS, PARTS, Form, Part, Tree, document, resource, to_import
from .files import write
from .folder import Folder, as_json
from .journal import Journal
from .parts import Size, fewest, filled
from .text import FORMATS

_RECIPE: Final = (
    "guide/adopt.md tells how to move a fleet to more parts; or adopt the new agents into a folder of their"
    " own, with a --stack of its own"
)


_BYTES_OF_A_PARAMETER: Final = 250
"""No less than a parameter takes in either format."""


@dataclass(frozen=True)
class Written:
    """One part that was written."""

    number: int
    agents: int
    bytes: int
    has_values: bool
    has_loops: bool
    imports: int


@dataclass
class Tally:
    """What became of the agents that were read."""

    adopted: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    """Settings that are left out, with the logins of the agents."""


@dataclass
class Fleet:
    """The agents of one run, `ids`, as the journal has them."""

    journal: Journal
    ids: Collection[str]
    form: Form
    about: Mapping[str, Any]
    """What each template says of the run, without the number of parts."""
    _sizes: dict[str, int] = field(default_factory=dict)

    def tally(self, earlier: Collection[str]) -> Tally:
        """Return what became of the agents; Refused if a deployment would write settings, or drop an agent
        who is in the `earlier` templates and in the instance.
        """
        found = Tally(left_out=[each for each in self.journal.others if isinstance(each, LeftOut)])
        _refuse_changes([each for each in self.journal.others if isinstance(each, WouldChange)])
        for agent in self._adopted():
            found.adopted += 1
            for remark in agent.remarks:
                found.remarks.setdefault(remark, []).append(agent.login)
        _refuse_to_drop([each for each in found.left_out if each.id in earlier and not each.is_gone])
        return found

    def parts(self, asked: int | None, before: int | None) -> int:
        """Return the number of parts: as before, as asked, or as few as leave room.

        UsageError if what is asked is not what there was before; Refused if it is too few.
        """
        if before and asked and asked != before:
            said = f"the templates have {before} parts, and --parts says {asked}"
            raise UsageError("other-parts", said, f"leave --parts out; {_RECIPE}")
        sizes = [(each.id, self._size(each)) for each in self._adopted()]
        parts = before or asked or fewest(sizes)
        for number, size in enumerate(filled(sizes, parts), 1):
            if size.excess:
                said = f"part {number} of {parts} does not fit into a template: it needs {size.excess}"
                advice = _RECIPE if before else f"leave --parts out, or let it be {fewest(sizes)} or more"
                raise Refused("part-too-full", said, advice)
        return parts

    def write(self, folder: Folder, parts: int) -> Iterator[Written]:
        """Write the files of each part, and yield what was written."""
        for number in range(1, parts + 1):
            agents = [each for each in self._adopted() if shard_of(each.id, parts) == number - 1]
            agents.sort(key=lambda each: each.id)
            yield self._write_part(folder, Part(agents, number, {PARTS: parts, **self.about}))

    def _write_part(self, folder: Folder, part: Part) -> Written:
        tree = document(part, self.form)
        text = FORMATS[self.form.text](tree, {each.id: each.login for each in part.agents})
        numbers = {naming.parameter(each.id): each.number for each in part.agents if each.number}
        imported = [each for each in part.agents if each.is_imported]
        folder.write_values(part.number, numbers, imports=bool(imported))
        named = to_import(imported, self.form.flavour, self.about[INSTANCE])
        write(folder.to_import(part.number), as_json(named) if named else "")
        write(folder.template(part.number, part.about[PARTS]), text)
        return Written(
            part.number,
            len(part.agents),
            len(text.encode()),
            bool(numbers),
            "Transform" in tree,
            len(imported),
        )

    def _size(self, agent: Adopted) -> Size:
        """Return what the agent takes; agents with the same settings take the same."""
        shape = naming.of_settings(agent.arrays, agent.is_imported, len(agent.id), len(agent.login))
        if shape not in self._sizes:
            self._sizes[shape] = self._measure(agent)
        has_number = bool(agent.number)
        is_folded = self.form.is_grouped and not has_number
        return Size(1, self._sizes[shape] + has_number * _BYTES_OF_A_PARAMETER, has_number, is_folded)

    def _measure(self, agent: Adopted) -> int:
        name, write = naming.logical_id(agent.id), FORMATS[self.form.text]
        alone: Tree = {name: resource(agent, self.form.flavour, self.about[INSTANCE], name)}
        metadata: Tree = {"Metadata": {OURS: {}}}
        with_it = write({**metadata, "Resources": alone}, {agent.id: agent.login})
        return len(with_it.encode()) - len(write({**metadata, "Resources": {}}, {}).encode())

    def _adopted(self) -> Iterator[Adopted]:
        return (each for each in self.journal.adopted() if each.id in self.ids)


def _refuse_changes(changing: list[WouldChange]) -> None:
    if not changing:
        return
    first = changing[0]
    others = f" and {len(changing) - 1:,} more agents" if len(changing) > 1 else ""
    raise Refused(
        "would-change",
        f"deploying would write settings of {first.login}{others}: {'; '.join(first.what)}",
        "a resource owns more of their settings than are declared here, and would give the rest back:"
        " leave --array and --channel out, and add --phone-numbers if a number is declared",
    )


def _refuse_to_drop(dropped: list[LeftOut]) -> None:
    if not dropped:
        return
    first = dropped[0]
    others = f", as are {len(dropped) - 1:,} more" if len(dropped) > 1 else ""
    raise Refused(
        "would-drop",
        f"{first.login} is in the templates, but cannot be declared now{others}: {first.why}",
        "mend that, or take the agent out of the template by hand: deploying it then gives the settings back",
    )
