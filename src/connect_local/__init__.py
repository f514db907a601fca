"""A local Amazon Connect with users: an extension of moto's backend, for use in process and as a server.

Tests import from here; `python -m connect_local` starts the server. `ASSUMPTIONS.md` lists the assumptions
about the service.
"""

from .behaviour import (
    DOCUMENTED_QUOTAS,
    AcwUnit,
    ArrayOrder,
    ArrayWrite,
    Behaviour,
    ChannelRefusal,
    EntryWrite,
    PhoneConfigLink,
    Quota,
    Reads,
    ThrottlingCode,
    every_read_write_combination,
    where_every_two_switches_meet,
)
from .conditions import Call
from .faults import Fault, FaultKind
from .hook import activate
from .local_connect import LocalConnect
from .pairwise import where_every_two_meet
from .permissions import Permissions

__all__ = [
    "DOCUMENTED_QUOTAS",
    "AcwUnit",
    "ArrayOrder",
    "ArrayWrite",
    "Behaviour",
    "Call",
    "ChannelRefusal",
    "EntryWrite",
    "Fault",
    "FaultKind",
    "LocalConnect",
    "Permissions",
    "PhoneConfigLink",
    "Quota",
    "Reads",
    "ThrottlingCode",
    "activate",
    "every_read_write_combination",
    "where_every_two_meet",
    "where_every_two_switches_meet",
]
