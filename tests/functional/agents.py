"""Agents that carry settings before any stack exists: one for each shape that the service may hold."""

from typing import Any

from .settings import acw, auto_accept, enhancement, persistent, phone

FOREIGN_TAGS = {"team": "sales", "crm id": "4711/a"}

DESK_NUMBER = "+12025550101"
OTHER_DESK_NUMBER = "+12025550102"
DECLARED_NUMBER = "+12025550103"
SECOND_DECLARED_NUMBER = "+12025550104"
IDLE_NUMBER = "+12025550105"
AGENTS_NEW_NUMBER = "+12025550106"
NUMBERS = (
    DESK_NUMBER,
    OTHER_DESK_NUMBER,
    DECLARED_NUMBER,
    SECOND_DECLARED_NUMBER,
    IDLE_NUMBER,
    AGENTS_NEW_NUMBER,
)
"""Every phone number that a scenario uses: none may appear in a tag, a log line or a message."""

KINDS: dict[str, dict[str, Any]] = {
    "bare": {},
    "dense": {
        "AutoAcceptConfigs": [
            auto_accept("VOICE", True, callback=True),
            auto_accept("CHAT", False),
            auto_accept("TASK", True),
            auto_accept("EMAIL", False),
        ],
        "AfterContactWorkConfigs": [
            acw("VOICE", 11, callback=7),
            acw("CHAT", 22),
            acw("TASK", 33),
            acw("EMAIL", 44),
        ],
        "PhoneNumberConfigs": phone("SOFT_PHONE"),
        "PersistentConnectionConfigs": persistent(True),
        "VoiceEnhancementConfigs": enhancement("NOISE_SUPPRESSION"),
    },
    "sparse": {
        "AutoAcceptConfigs": [auto_accept("CHAT", True)],
        "AfterContactWorkConfigs": [acw("VOICE", 0, callback=9)],
    },
    "legacy": {
        "phone_config": {
            "PhoneType": "SOFT_PHONE",
            "AutoAccept": True,
            "AfterContactWorkTimeLimit": 25,
            "PersistentConnection": True,
        }
    },
    "legacy desk": {
        "phone_config": {
            "PhoneType": "DESK_PHONE",
            "DeskPhoneNumber": OTHER_DESK_NUMBER,
            "AutoAccept": True,
            "AfterContactWorkTimeLimit": 5,
        },
        "VoiceEnhancementConfigs": enhancement("VOICE_ISOLATION"),
    },
    "desk": {
        "PhoneNumberConfigs": phone("DESK_PHONE", DESK_NUMBER),
        "AfterContactWorkConfigs": [acw("VOICE", 20), acw("TASK", 40)],
    },
    "idle number": {"PhoneNumberConfigs": phone("SOFT_PHONE", IDLE_NUMBER)},
}
