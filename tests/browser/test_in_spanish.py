"""Finding help in Spanish, by accessible roles and names."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_from_the_front_page_to_a_call_in_spanish(page):
    page.goto("/")
    page.get_by_role("link", name="Español").click()

    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_label("Código postal, ciudad, condado o estado").fill("59301")
    page.get_by_role("button", name="Buscar apoyo").click()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Apoyo cerca de Miles City, Montana 59301")
    expect(page.get_by_role("status")).to_contain_text(
        "El más cercano es Our Place, a 296 millas."
    )
    expect(
        page.get_by_role("link", name=re.compile("^Llamar al ")).first
    ).to_be_visible()


def test_bad_input_is_explained_in_spanish_and_stays(page):
    page.goto("/es/find/?near=Zzyzxville")

    box = page.get_by_label("Código postal, ciudad, condado o estado")
    expect(box).to_have_value("Zzyzxville")
    expect(page.get_by_role("alert")).to_contain_text("No encontramos «Zzyzxville»")


def test_the_switch_keeps_the_search(page):
    page.goto("/find/?near=59301&kind=cil")

    page.get_by_role("link", name="Español").click()
    page.wait_for_url("**/es/find/?near=59301&kind=cil")

    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"[0-9]/find/\?near=59301&kind=cil$"))


def test_a_report_is_answered_in_spanish(page):
    page.goto("/es/warmlines/mha-montana-warmline/report/")

    page.get_by_role("button", name="Enviar").click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Revise esto otra vez, por favor:")
    expect(summary).to_be_focused()
