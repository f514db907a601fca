"""READ for custom resources, by direct invocation: the owned settings, their owner, and their differences.

Failures are part of the answer, so that a script need not parse Lambda's errors.
"""

import traceback
from collections.abc import Mapping
from typing import cast

from ..aws.clients import acting_as, own_credentials
from ..aws.connect import ConnectGateway
from ..core.declaration import INSTANCE_ID, USER_ARN, USER_ID, Declaration, parse_identity
from ..core.drift import differences
from ..core.errors import SettingsError
from ..core.messages import bounded
from ..core.planning import live
from ..core.settings import expand
from ..logs import log_event
from ..retry.retrier import Retrier
from ..service import SettingsService
from .request import CustomRequest, environment_of


def drift_report(event: Mapping[str, object], function_arn: str, retrier: Retrier) -> dict[str, object]:
    """Return the answer to a direct ``Read``.

    ``ResourceProperties`` holds InstanceId and UserId, and may hold the declared arrays, as in the template.
    The answer has the properties of the resource with their live values, the ``Owner`` in the record,
    ``InSync`` and ``Differences``; or ``Error`` and ``Message``. Without arrays, the live values are compared
    with the record. A user without an owner is no error: ``Owner`` is null, and every declared setting is a
    difference. So is each setting of a record that was handed over.
    """
    try:
        with acting_as(own_credentials()):
            return _report(CustomRequest.parse(event).properties, function_arn, retrier)
    except SettingsError as error:
        return {"Error": type(error).__name__, "Message": bounded(str(error))}
    except Exception as error:  # noqa: BLE001 - a script that reads many agents must not stop at one
        log_event("unexpected", trace=traceback.format_exc())
        message = f"Unexpected {type(error).__name__}; the log of the function has the details."
        return {"Error": "Unexpected", "Message": message}


def _report(properties: Mapping[str, object], function_arn: str, retrier: Retrier) -> dict[str, object]:
    environment = environment_of(function_arn)
    identity = parse_identity(properties, environment)
    has_arrays = bool(properties.keys() - {INSTANCE_ID, USER_ID})
    declared = Declaration.parse(properties, environment).settings if has_arrays else None
    user, record = SettingsService(ConnectGateway(environment.region), retrier).inspect(identity)
    owned = record.declared if record else {}
    wanted = owned if declared is None else declared
    owning = None if record and record.is_handed_over else record
    found = [difference.to_json() for difference in differences(wanted, owning, user.settings)]
    return {
        INSTANCE_ID: identity.instance.given,
        USER_ID: identity.user_given,
        USER_ARN: user.arn,
        **cast("dict[str, object]", expand(live(owned, user.settings))),
        "Owner": owning.owner.label if owning and owning.owner else None,
        "InSync": not found,
        "Differences": found,
    }
