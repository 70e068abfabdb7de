"""The English text of crisis_lines.csv, marked for translation.

A page in Spanish shows the translation. Text that a curator adds later appears in
English, marked as English, until it is added here.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

PHONES = (
    gettext_noop("988, then press 1"),
    gettext_noop("1-855-812-1001 (videophone)"),
)
FOR_WHOM = (
    gettext_noop("For veterans, service members and people who care about them"),
    gettext_noop("For people who are hurt or controlled by a partner"),
    gettext_noop("For people who were sexually assaulted or abused"),
    gettext_noop(
        "For American Indian and Alaska Native people: violence at home, in "
        "dating, or sexual violence"
    ),
    gettext_noop(
        "For Deaf, DeafBlind and hard-of-hearing people: violence at home or "
        "sexual violence"
    ),
    gettext_noop(
        "For teens and young adults who are hurt or controlled by someone they date"
    ),
    gettext_noop("For children, parents and anyone worried about a child"),
    gettext_noop(
        "For people ages 12 to 21 who ran away, were thrown out or have no home, "
        "and for their families"
    ),
    gettext_noop(
        "For poisoning or too much medicine. If the person won’t wake up, can’t "
        "breathe well or has a seizure, call 911 first"
    ),
    gettext_noop(
        "Tells you where to find treatment and support groups. It doesn’t offer "
        "counseling"
    ),
    gettext_noop(
        "For someone who uses drugs alone. It’s not for an overdose that is "
        "happening now: for that, call 911"
    ),
    gettext_noop("For LGBTQ+ young people"),
    gettext_noop("For trans people. Trans people answer"),
    gettext_noop("By text only"),
    gettext_noop(
        "For before, during and after pregnancy. If you or the baby are in "
        "danger, call 988 or 911"
    ),
    gettext_noop(
        "For people shaken by a storm, flood, fire, earthquake or mass violence"
    ),
    gettext_noop("For people who are forced or tricked into work or sex"),
    gettext_noop(
        "Finds the local agency that takes reports when an older person is "
        "abused, neglected or cheated"
    ),
    gettext_noop("For people 60 and over who were cheated out of money"),
    gettext_noop(
        "For victims of any crime, including stalking. Tells you where to find "
        "help nearby"
    ),
)
HOW_IN_SPANISH = (
    gettext_noop("Call 988 and press 2, or text AYUDA to 988; chat is also in Spanish"),
    gettext_noop(
        'Say "español" and stay on the line: many centers can add an interpreter; '
        "you may hear clicks, do not hang up"
    ),
    gettext_noop(
        "Call the same number and ask for Spanish; text START to 88788; "
        "chat at espanol.thehotline.org"
    ),
    gettext_noop("Call the same number, or use the chat in Spanish"),
    gettext_noop("Call and ask for an interpreter (more than 170 languages)"),
    gettext_noop("Call and ask for Spanish (interpreters for 161 languages)"),
    gettext_noop(
        "Call and choose the national representative (Spanish); "
        "the text service is in English only"
    ),
    gettext_noop("Call and press 2"),
    gettext_noop("Text HOLA to 741741"),
    gettext_noop("Call or text the same number; counselors speak Spanish"),
    gettext_noop("Call and press 2 (also by text)"),
    gettext_noop("Call, text or chat in Spanish"),
    gettext_noop("Call the same number and ask for Spanish"),
)
TTY_OR_ASL = (
    gettext_noop(
        "ASL videophone: the ASL Now button on 988lifeline.org, or call 988 or "
        "1-800-273-8255 from a videophone. TTY: relay, or 711 and then 1-800-273-8255"
    ),
    gettext_noop("TTY or a relay service"),
    gettext_noop("Deaf callers: The Deaf Hotline videophone 1-855-812-1001"),
    gettext_noop("Videophone 1-855-812-1001, answered in ASL by Deaf advocates"),
    gettext_noop("TTY 1-866-331-8453"),
    gettext_noop("TTY 1-800-487-4889"),
    gettext_noop(
        "ASL: call 1-800-985-5990 from a videophone, or ASL Now on samhsa.gov"
    ),
    gettext_noop("711 relay"),
)
