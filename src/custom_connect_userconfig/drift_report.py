"""READ for custom resources: owned settings with live values, and how they differ from what is declared.

Run by a direct invocation of the function. Failures are part of the answer, so that a script need not parse Lambda's errors.
"""

import traceback
from collections.abc import Mapping
from typing import cast

from .aws_sessions import acting_as, own_credentials
from .connect_gateway import ConnectGateway
from .core.declaration import INSTANCE_ID, USER_ARN, USER_ID, Declaration, parse_identity
from .core.drift import differences
from .core.errors import SettingsError
from .core.messages import bounded
from .core.settings import expand
from .custom_request import CustomRequest, place_of
from .logs import log_event
from .pacing import Pacing
from .service import SettingsService


def drift_report(event: Mapping[str, object], function_arn: str, pacing: Pacing) -> dict[str, object]:
    """Return the answer to a direct ``Read``.

    ``ResourceProperties`` holds InstanceId and UserId, and may hold the declared arrays, as in the template. The answer has the
    properties of the resource with their live values and, where arrays were declared, ``InSync`` and ``Differences``; or
    ``Error`` and ``Message``.
    """
    try:
        with acting_as(own_credentials()):
            return _report(CustomRequest.parse(event).properties, function_arn, pacing)
    except SettingsError as error:
        return {"Error": type(error).__name__, "Message": bounded(str(error))}
    except Exception as error:  # noqa: BLE001 - a script that reads one agent after another must not stop at Lambda's error
        log_event("unexpected", trace=traceback.format_exc())
        return {"Error": "Unexpected", "Message": f"Unexpected {type(error).__name__}; the log of the function has the details."}


def _report(properties: Mapping[str, object], function_arn: str, pacing: Pacing) -> dict[str, object]:
    place = place_of(function_arn)
    identity = parse_identity(properties, place)
    declared = Declaration.parse(properties, place).settings if properties.keys() - {INSTANCE_ID, USER_ID} else None
    owned = SettingsService(ConnectGateway(place.region), pacing).read(identity)
    answer: dict[str, object] = {
        INSTANCE_ID: identity.instance.given,
        USER_ID: identity.user_given,
        USER_ARN: owned.user_arn,
        **cast("dict[str, object]", expand(owned.settings)),
    }
    if declared is not None:
        found = [difference.to_json() for difference in differences(declared, owned.settings)]
        answer |= {"InSync": not found, "Differences": found}
    return answer
