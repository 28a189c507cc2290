"""The page in Chromium: photos, heat map, camera, export, many faces, languages, accessibility, no foreign request."""
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
    """Again where the service refuses for want of time, as it may on a busy machine."""
    card = page.locator(".card").first
    for _ in range(3):
        page.set_input_files("#files", str(photo))
        expect(card.or_(page.locator("#status.error"))).to_be_visible(timeout=30000)
        if card.is_visible():
            return
    raise AssertionError(page.locator("#status").inner_text())


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
        expect(page.locator("#status")).to_contain_text("The camera is open", timeout=20000)
        rate = page.locator("#status").inner_text()
        page.click("#pause")
        expect(page.locator("#status")).to_contain_text("paused")
        in_german(page, "Die Kamera hält an.")
        page.click("#stop")
        expect(page.locator("#status")).to_contain_text("closed")
        in_german(page, "Kamera", "geschlossen")
        cards = page.locator(".card").count()
        with page.expect_download() as download:
            page.click("#json")
        rows = json.load(open(download.value.path()))
        assert len(rows) > cards, f"{cards} faces of the last frame, and {len(rows)} rows of all frames"
        return rate


def in_german(page, *texts):
    """The status line has the texts once the page is German; the page is English before and after."""
    status = page.locator("#status")
    before, kind = status.inner_text(), status.get_attribute("class")
    page.select_option("#language", "de")
    for text in texts:
        expect(status).to_contain_text(text)
    page.select_option("#language", "en")
    expect(status).to_have_text(before)
    assert status.get_attribute("class") == kind, f"{kind} became {status.get_attribute('class')}"


def many_faces_stay_beside_their_picture(service, photo, folder):
    """The picture is in sight beside each face where there is room; nothing lies above a face."""
    path, count = folder / "many.jpg", 0
    with Image.open(photo) as image:
        sheet = Image.new("RGB", (2 * image.width, 3 * image.height))
        for number in range(6):
            sheet.paste(image, (number % 2 * image.width, number // 2 * image.height))
    sheet.save(path, quality=92)
    for name, size, scheme, is_wide in [("many", (1280, 900), "light", True), ("many-dark", (1440, 800), "dark", True),
                                        ("many-low", (1100, 560), "light", True),
                                        ("many-phone", (390, 844), "light", False),
                                        ("many-phone-dark", (390, 844), "dark", False)]:
        with browser_page(service, size=size, scheme=scheme, touch=not is_wide) as page:
            open_photo(page, path)
            cards = page.locator(".card")
            count = cards.count()
            assert count >= 16, f"{name}: {count} faces"
            for index in (0, count // 2, count - 1):
                card = cards.nth(index)
                for edge in ("start", "end"):
                    card.evaluate("(card, edge) => card.scrollIntoView({ block: edge, behavior: 'instant' })", edge)
                    covered = card.evaluate(COVERED)
                    assert not covered, f"{name}: face {index + 1} lies under {covered}"
                    if is_wide:
                        expect(page.locator("#canvas")).to_be_in_viewport(ratio=0.99)
            expect(page.locator(".card .portrait")).to_have_count(count)
            page.screenshot(path=folder / f"{name}-last.png")
            accessible(page, name)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=folder / f"{name}.png")
    return f"{count} faces"


# What lies above the visible points of an element, but the element itself.
COVERED = """(card) => {
  const box = card.getBoundingClientRect();
  for (let y = Math.max(4, box.top + 8); y < Math.min(innerHeight - 4, box.bottom - 8); y += 12) {
    for (const x of [box.left + 12, (box.left + box.right) / 2, box.right - 12]) {
      const found = document.elementFromPoint(x, y);
      if (!card.contains(found)) return found?.id || found?.className || String(found?.tagName);
    }
  }
  return null;
}"""


def messages_follow_the_language(service, photo, folder):
    broken = folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with browser_page(service) as page:
        open_photo(page, photo)
        expect(page.locator("#status")).to_contain_text("4 faces found")
        in_german(page, photo.name, "4 Gesichter gefunden")
        page.get_by_role("button", name="Show the heat map").first.click()
        expect(page.locator("#status")).to_contain_text("Heat map of face 1", timeout=30000)
        in_german(page, "Wärmebild von Gesicht 1")
        expect(page.locator(".map img").first).to_be_visible()
        page.set_input_files("#files", str(broken))
        expect(page.locator("#status.error")).to_contain_text("broken.png")
        in_german(page, "broken.png")
        page.route("**/v1/faces", lambda route: route.abort())
        page.set_input_files("#files", str(photo))
        expect(page.locator("#status.error")).to_contain_text("does not answer")
        in_german(page, photo.name, "Der Server antwortet nicht.")


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


CHECKS = [photos_are_scored, the_camera_is_followed, other_forms_are_fit, many_faces_stay_beside_their_picture,
          messages_follow_the_language, errors_are_said, the_keyboard_is_enough]
