"""The desk, the floor, reports and walls in a browser, with callers who wait, ring and talk; by keyboard alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.parked import ParkedCaller
from callcontrol.vocabulary.room import RoomMember
from callcontrol.vocabulary.supervision import ListeningRecord, Mode, SupervisedTalk
from tests.commands.call_centre import CallCentre
from tests.usecases.answering import answering, save_listening
from tests.web.panel.server import PanelServer, wait_until_whole
from tests.web.panel.test_pages import AXE, NARROW, WIDE, violations

CALLER = "+48221234567"
# Where pictures go, for those who look at them.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def centre(panel: PanelServer) -> Iterator[CallCentre]:
    """Three callers: one talks with wanda, one rings at yvonne, one waits."""
    site = panel.site
    site.pipeline.ask("FLUSHALL")
    opened = CallCentre(panel.config, panel.redis_url)
    opened.now = site.services.now()
    opened.open()
    for agent in ("xawery", "zenon"):
        opened.act(agent, AgentAction.PAUSE, "lunch")
    opened.join("call-1", "support", "+48600100200")
    opened.ring("call-1")
    opened.answer("call-1")
    opened.join("call-2", "support", CALLER)
    opened.ring("call-2")
    opened.join("call-3", "support", "+48500300400")
    noted = ListeningRecord("acme", "l1", "extension:105", "extension:101", "call-1", "fs1", opened.now, "", "coaching")
    noted = noted.doing(Mode.LISTEN, noted.whom, opened.now)
    save_listening(site.pipeline, noted, SupervisedTalk("call-1", "fs1", "cust-1", "leg-1", "101"))
    yield opened
    opened.stop()
    site.pipeline.ask("FLUSHALL")


def page_of(panel: PanelServer, browser: Browser, login: str, path: str, **cookies: str) -> Page:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    context.add_cookies(panel.cookies(login, **cookies))
    page = context.new_page()
    found = page.goto(panel.address + path, wait_until="load")
    assert found is not None
    assert found.status == 200, page.inner_text("main")
    wait_until_whole(page)
    return page


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(700)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def press(page: Page, name: str, key: str = "Tab") -> None:
    """Go on by the keyboard until the element of this name has the focus, then press Enter."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def test_an_agent_sees_who_rings_pauses_and_comes_back_by_keyboard(
    panel: PanelServer, browser: Browser, centre: CallCentre
) -> None:
    page = page_of(panel, browser, "agent", "/desk")
    expect(page.locator(".caller")).to_contain_text("+48 22 123 45 67")
    expect(page.locator(".caller")).to_contain_text("alice")
    picture(page, "desk-ringing")
    centre.answer("call-2")
    expect(page.locator(".caller h2")).to_have_text("You talk with")
    age = page.locator(".caller .age")
    expect(age).to_have_text(re.compile(r"^0:\d\d$"))
    expect(age).not_to_have_text(age.inner_text())
    centre.hang_up("yvonne", "call-2", 12)
    expect(page.locator(".caller")).to_have_count(0)
    press(page, "Pause")
    expect(page.locator(".said")).to_have_text("You are paused: no caller is offered to you.")
    expect(page.locator(".now-state")).to_contain_text("paused")
    press(page, "Back")
    expect(page.locator(".now-state")).not_to_contain_text("paused")
    page.context.close()


def test_a_supervisor_gives_a_caller_priority_and_pauses_an_agent_by_keyboard(
    panel: PanelServer, browser: Browser, centre: CallCentre
) -> None:
    page = page_of(panel, browser, "boss", "/floor")
    expect(page.locator("#agent-wanda .badge").first).to_have_text("talking")
    picture(page, "floor")
    press(page, "+48 500 300 400")
    page.locator("#p-call-3\\.1").select_option("7")
    press(page, "Set")
    expect(page.locator(".said")).to_have_text("The caller has the new priority.")
    expect(page.locator("#caller-call-3\\.1 summary")).to_contain_text("priority 7")
    press(page, "Yvonne Zalewska")
    press(page, "Pause")
    expect(page.locator("#agent-yvonne")).to_contain_text("ringing")
    late = page.locator("#agent-wanda input[name=version]").first.get_attribute("value")
    assert late
    centre.hang_up("wanda", "call-1", 30)
    expect(page.locator("#agent-wanda .badge").first).not_to_have_text("talking")
    page.context.close()


def test_a_supervisor_changes_what_the_own_phone_does_by_keyboard(
    panel: PanelServer, browser: Browser, centre: CallCentre
) -> None:
    settings = panel.site.configuration.settings.tenants["acme"].supervision
    assert any("105" in right.who and Mode.BARGE not in right.may for right in settings.rights)
    page = page_of(panel, browser, "boss", "/floor")
    with answering(panel.redis_url, panel.site.pipeline, "extension 105 may not listen at this time") as heard:
        # The mode it is in is not offered; one without a right is refused here, the other where the conversation is.
        assert page.locator("#mode-l1 button").all_inner_texts() == ["Whisper", "Barge in", "Take over"]
        page.locator("#mode-l1 button[value=barge]").press("Enter")
        expect(page.locator("#mode-l1-mode-mistake")).to_contain_text("no right to barge")
        assert heard == []
    page.context.close()


def test_an_admin_locks_a_room_and_sees_who_is_parked(panel: PanelServer, browser: Browser, centre: CallCentre) -> None:
    pipeline = panel.site.pipeline
    member = RoomMember("call-9", "host/1", "ch-9", "fs1", CALLER, "Jan", "", centre.now)
    RoomStore(pipeline).enter("acme", "board", member, 10, lambda *_: None)
    parked = ParkedCaller("701", "lot", "call-8", "ch-8", "fs1", "host/1", centre.now, "101", CALLER)
    ParkedStore(pipeline).claim("acme", parked, ("701",), lambda *_: None)
    page = page_of(panel, browser, "admin", "/floor", language="en")
    expect(page.get_by_role("region", name="Parked callers")).to_contain_text("+48 22 123 45 67")
    press(page, "board")
    page.evaluate(AXE)
    assert violations(page, "light") == []
    press(page, "Lock the room")
    expect(page.locator(".said")).to_have_text("It is done in the room board.")
    expect(page.locator("#room-board summary")).to_contain_text("locked")
    page.context.close()


def test_a_live_page_says_since_when_it_knows_nothing(
    panel: PanelServer, browser: Browser, centre: CallCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callcontrol.edges.live_state.failures import StoreAway
    from callcontrol.web.snapshots import TenantSnapshots

    page = page_of(panel, browser, "admin", "/floor")
    wall = page_of(panel, browser, "admin", "/wallboard")
    expect(wall.locator('[data-queue="support"] .waiting')).to_have_text("2")

    def away(*_: object) -> None:
        raise StoreAway("away")

    with monkeypatch.context() as patched:
        patched.setattr(TenantSnapshots, "look", away)
        for one in (page.locator(".live-state"), wall.locator(".wall-state")):
            expect(one).to_contain_text("Not live")
        picture(wall, "wallboard-stale")
        picture(page, "floor-stale")
    for one in (page.locator(".live-state"), wall.locator(".wall-state")):
        expect(one).to_be_hidden()
    page.context.close()
    wall.context.close()


def test_a_wall_by_a_link_shows_its_queue_alone_until_it_is_revoked(
    panel: PanelServer, browser: Browser, centre: CallCentre
) -> None:
    page = page_of(panel, browser, "boss", "/walls")
    page.get_by_label("Where it hangs").fill("hall")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Make the link").click()
    link = page.locator(".secret code").inner_text()
    picture(page, "walls")
    wall = browser.new_context(viewport=WIDE).new_page()
    wall.goto(panel.address + link[link.index("/wallboard") :])
    assert wall.url == f"{panel.address}/wallboard"
    assert [tile.get_attribute("data-queue") for tile in wall.locator(".tile").all()] == ["support"]
    expect(wall.locator(".waiting")).to_have_text("2")
    centre.join("call-4", "support", "+48500300401")
    expect(wall.locator(".waiting")).to_have_text("3")
    picture(wall, "wallboard")
    assert wall.goto(f"{panel.address}/api/v1/queues").status == 401  # type: ignore[union-attr]  # there is an answer
    wall.goto(f"{panel.address}/wallboard")
    page.goto(f"{panel.address}/walls")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke hall").click()
    expect(page.locator(".said")).to_have_text("The link shows nothing any more.")
    wall.reload()
    expect(wall.locator("h1")).to_have_text("This link shows nothing any more.")
    page.context.close()
    wall.context.close()


@pytest.mark.parametrize(
    ("login", "path"),
    [("agent", "/desk"), ("boss", "/floor"), ("admin", "/reports?period=last-month"), ("boss", "/wallboard")],
)
def test_pages_with_something_on_them_are_for_everyone(
    panel: PanelServer, browser: Browser, centre: CallCentre, login: str, path: str
) -> None:
    page = page_of(panel, browser, login, path)
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = !one.closest('header') })")
    page.evaluate(AXE)
    name = path.strip("/").partition("?")[0]
    for theme in ("light", "dark"):
        assert violations(page, theme) == []
        picture(page, f"{name}-{theme}")
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    picture(page, f"{name}-narrow")
    links = page.locator("main a[href^='/']").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert links or name == "wallboard"
    for link in dict.fromkeys(links):
        assert page.context.request.get(panel.address + link).status == 200, link
    page.context.close()
