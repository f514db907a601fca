"""The page about running a contact centre: every output in it is what its command prints."""

from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import AUTO_ACCEPT_VOICE, NUMBER, WORK_VOICE, ContactCentre, auto_accept, work

from support.page_outputs import compare

GUIDE = Path(__file__).resolve().parents[2] / "guide"
INSTANCE = "0f4d0a6b-2c4f-4f0e-9a3c-5d1f3c2b1a00"


@pytest.fixture
def shown(centre: ContactCentre) -> ContactCentre:
    """The instance of the page: one agent as declared, one changed, one left behind, one of nobody."""
    centre.instance_id, centre.arn = centre.connect.create_instance(INSTANCE)
    names = {
        "ada.lovelace": ("Ada", "Lovelace"),
        "charles.babbage": ("Charles", "Babbage"),
        "grace.hopper": ("Grace", "Hopper"),
        "joan.clarke": ("Joan", "Clarke"),
    }
    legacy = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": NUMBER, "AfterContactWorkTimeLimit": 60}
    for number, (login, (first, last)) in enumerate(names.items(), 1):
        identity = {"FirstName": first, "LastName": last}
        phone: dict[str, Any] = {"phone_config": legacy} if login == "joan.clarke" else {}
        user_id = f"{number:08}-5f0c-4b9d-8a1e-7d3c2b1a0f0e"
        centre.connect.create_user(INSTANCE, login, user_id, IdentityInfo=identity, **phone)
    ada, charles, grace, _ = (f"{number:08}-5f0c-4b9d-8a1e-7d3c2b1a0f0e" for number in range(1, 5))
    centre.stack("sales", "Ada", "Grace")
    centre.own(ada, {AUTO_ACCEPT_VOICE: True, WORK_VOICE: 30}, logical_id="Ada")
    centre.own(grace, {WORK_VOICE: 30}, logical_id="Grace")
    centre.own(charles, {AUTO_ACCEPT_VOICE: True}, stack="pilot", logical_id="Charles", exists=False)
    centre.edit(grace, AfterContactWorkConfigs=work(45), AutoAcceptConfigs=auto_accept("CHAT"))
    return centre


def test_every_output_of_the_page_is_what_the_command_prints(
    shown: ContactCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")

    def run(words: list[str]) -> str:
        at = words.index("--instance")
        ended = shown.run(*words[:at], *words[at + 2 :])
        lines = [line.rstrip() for line in (ended.stdout + ended.stderr).splitlines()]
        return "".join(f"{line}\n" for line in lines if line)

    compare(GUIDE / "agents.md", run)
