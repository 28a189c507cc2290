"""The page in Chromium: photos, heat map, camera, export, languages, accessibility, no foreign request."""
import contextlib
import json
import shutil
import urllib.parse

from PIL import Image
from playwright.sync_api import expect, sync_playwright


@contextlib.contextmanager
def browser_page(service, *, camera=None, size=(1280, 900), scheme="light", locale="en-US", touch=False):
    arguments = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    if camera:
        arguments.append(f"--use-file-for-fake-video-capture={camera}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale=locale,
            has_touch=touch, permissions=["camera"], accept_downloads=True)
        page = context.new_page()
        foreign, messages = [], []
        own = urllib.parse.urlsplit(service.url).netloc
        page.on("request", lambda request: foreign.append(request.url)
                if urllib.parse.urlsplit(request.url).netloc not in (own, "") else None)
        page.on("console", lambda message: messages.append(message.text)
                if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(service.url + "/")
        yield page
        context.close()
        browser.close()
        assert not foreign, f"requests to others: {foreign}"
        wrong = [text for text in messages if "Failed to load resource" not in text]
        assert not wrong, f"the console says: {wrong}"


def accessible(page, state):
    from axe_playwright_python.sync_playwright import Axe
    results = Axe().run(page)
    found = results.response["violations"]
    assert not found, f"{state}: " + "; ".join(
        f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found)


def open_photo(page, photo):
    page.set_input_files("#files", str(photo))
    expect(page.locator(".card").first).to_be_visible(timeout=20000)


def photos_are_scored(service, photo, folder):
    with browser_page(service) as page:
        expect(page.locator(".notice")).to_be_in_viewport()
        accessible(page, "empty")
        page.screenshot(path=folder / "empty.png")
        open_photo(page, photo)
        cards = page.locator(".card").count()
        expect(page.locator("#status")).to_contain_text("found")
        accessible(page, "scored")
        page.screenshot(path=folder / "photo.png", full_page=True)
        button = page.get_by_role("button", name="Show the heat map").first
        button.click()
        expect(page.locator(".map img").first).to_be_visible(timeout=30000)
        accessible(page, "heat map")
        page.screenshot(path=folder / "heat.png")
        page.set_input_files("#files", [str(photo), str(photo)])
        expect(page.locator("#strip button")).to_have_count(3, timeout=30000)
        with page.expect_download() as download:
            page.click("#csv")
        text = open(download.value.path(), newline="").read()
        assert text.startswith("source,") and photo.name in text, text[:200]
        with page.expect_download() as download:
            page.click("#json")
        rows = json.load(open(download.value.path()))
        assert len(rows) >= 3 and all(row["notice"] for row in rows)
        return f"{cards} faces"


def the_camera_is_followed(service, photo, folder):
    clip = folder.resolve() / "camera.mjpeg"
    # A moving picture file that Chromium plays as a camera: JPEG after JPEG.
    with Image.open(photo) as image:
        frame = image.convert("RGB").resize((640, 360))
    with open(clip, "wb") as file:
        for _ in range(10):
            frame.save(file, "JPEG", quality=92)
    with browser_page(service, camera=clip) as page:
        page.click("#camera")
        expect(page.locator("#ask")).to_be_visible()
        accessible(page, "question")
        page.screenshot(path=folder / "question.png")
        page.get_by_role("button", name="I understand").click()
        expect(page.locator("#chart path").first).to_be_attached(timeout=20000)
        page.wait_for_timeout(3000)
        accessible(page, "camera")
        page.screenshot(path=folder / "camera.png", full_page=True)
        rate = page.locator("#status").inner_text()
        page.click("#pause")
        expect(page.locator("#status")).to_contain_text("paused")
        page.click("#stop")
        expect(page.locator("#status")).to_contain_text("closed")
        return rate


def other_forms_are_fit(service, photo, folder):
    for name, size, scheme, locale in [("dark", (1280, 900), "dark", "en-US"),
                                       ("phone", (390, 844), "light", "de-DE"),
                                       ("phone-dark", (390, 844), "dark", "de-DE")]:
        with browser_page(service, size=size, scheme=scheme, locale=locale) as page:
            open_photo(page, photo)
            if locale == "de-DE":
                expect(page.locator("html")).to_have_attribute("lang", "de")
                expect(page.locator("#csv")).to_contain_text("csv sichern")
                page.select_option("#language", "en")
                expect(page.locator("#csv")).to_have_text("Save as csv")
                page.select_option("#language", "de")
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size[0], f"{name}: {width} pixels wide"
            accessible(page, name)
            page.screenshot(path=folder / f"{name}.png", full_page=True)


def errors_are_said(service, photo, folder):
    broken = folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with browser_page(service) as page:
        page.set_input_files("#files", str(broken))
        expect(page.locator("#status.error")).to_contain_text("broken.png")
        accessible(page, "error")
        page.screenshot(path=folder / "error.png")
        page.route("**/v1/faces", lambda route: route.abort())
        page.set_input_files("#files", str(photo))
        expect(page.locator("#status.error")).to_contain_text("does not answer")


def the_keyboard_is_enough(service, photo, _):
    with browser_page(service) as page:
        reached = []
        for _ in range(8):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert {"skip", "language", "files", "camera"} <= set(reached), reached
        page.locator("#camera").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#ask")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#ask")).to_be_hidden()


CHECKS = [photos_are_scored, the_camera_is_followed, other_forms_are_fit, errors_are_said,
          the_keyboard_is_enough]
