"""The Markdown of guides: its HTML, and what it does not allow."""

from __future__ import annotations

import pytest
from django.utils import translation

from guides.markdown import render


def test_headings_lists_and_emphasis_become_html():
    html = render("# Top\n\n## Next\n\nOne **two**.\n\n- a\n- b")

    assert html == (
        "<h2>Top</h2>\n<h2>Next</h2>\n<p>One <strong>two</strong>.</p>\n"
        "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
    )


def test_internal_links_lead_to_the_current_language():
    assert render("[x](/warmlines/)") == '<p><a href="/warmlines/">x</a></p>\n'
    with translation.override("es"):
        assert 'href="/es/warmlines/"' in render("[x](/warmlines/)")


def test_external_links_send_no_referrer():
    html = render("[x](https://example.org/)")

    assert 'href="https://example.org/" rel="noopener noreferrer"' in html


@pytest.mark.parametrize("target", ["tel:988", "sms:988", "mailto:a@example.org"])
def test_phone_text_and_email_links_are_allowed(target):
    assert f'<a href="{target}">' in render(f"[x]({target})")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](//evil.example/)",
        "[x](data:text/html,hi)",
        "![x](https://example.org/spy.png)",
        '<img src="https://example.org/spy.png">',
        "<b onclick=x>",
    ],
)
def test_html_and_unsafe_links_are_escaped(text):
    html = render(text)

    assert "<script" not in html
    assert "<img" not in html
    assert "<b " not in html
    assert 'href="javascript' not in html
    assert 'href="//' not in html
    assert 'href="data' not in html
