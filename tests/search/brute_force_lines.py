"""Which warmlines a page shows, in plain Python, read off the rows one by one.

Nothing of `warmlines/` is used here but the model: this is the other opinion that the
search for lines must equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from listings.hours import OpenState
from listings.models import Term
from places.models import Area, Place
from tests.search.brute_force import AT, WORDS, answers_words, values_of, with_lists
from warmlines.models import Warmline

# Within a minute, as most requests are.
MOMENT = AT.replace(second=37)
LAST = datetime.max.replace(tzinfo=UTC)
# What a row says of callers from a place; anybody there can call for the first two.
YES, SERVES, SOME_STATES = "yes", "serves place", "some states"
SOME_COUNTIES, ASK, NO = "some counties", "ask", "no"


@dataclass(frozen=True)
class LineQuestion:
    place: Place | None = None
    chosen: dict = field(default_factory=dict)
    words: str = ""
    open_now: bool = False
    from_anywhere: bool = False
    at: datetime = MOMENT


def lines():
    rows = Warmline.objects.filter(status__in=["published", "temporarily_closed"])
    return with_lists(rows)


def is_everywhere(row):
    return row.who_may_call == "anyone" or row.service_area_scope == "nationwide"


def states_of(row):
    return {served.state for served in row.served}


def whole_states(row):
    return {served.state for served in row.served if served.kind == "state"}


def counties_of(row):
    return {served.pk for served in row.served if served.kind == "county"}


def takes(row, place):
    """What the row says of callers from the place."""
    yes = SERVES if row.who_may_call == "unknown" else YES
    if is_everywhere(row):
        return yes
    if not states_of(row):
        return ASK
    if place is None:
        return SOME_COUNTIES
    is_vague = row.who_may_call == "local" and not counties_of(row)
    here, counties = set(place.state_codes), set(place.county_ids)
    if place.kind == "area":
        return takes_from_area(row, here, counties, yes, is_vague)
    if place.kind == "state":
        if place.state in whole_states(row) and not is_vague:
            return yes
        return SOME_COUNTIES if place.state in states_of(row) else NO
    if counties & counties_of(row):
        return yes
    if place.state in whole_states(row):
        return ASK if is_vague else yes
    return NO


def takes_from_area(row, here, counties, yes, is_vague):
    some_states = here & whole_states(row)
    if some_states and is_vague:
        return ASK
    if here <= whole_states(row) or counties <= counties_of(row):
        return yes
    if some_states:
        return SOME_STATES
    return SOME_COUNTIES if counties & counties_of(row) else NO


def state_at(row, question):
    return row.status_at(question.at).state


def is_for_group(row):
    return row.who_may_call == "group"


def is_for_everyone(row, question):
    return takes(row, question.place) in (YES, SERVES) and not is_for_group(row)


def is_for_some_states(row, question):
    return takes(row, question.place) == SOME_STATES and not is_for_group(row)


def in_order(rows, question):
    """Without a warning first, then open, then the next to open, then unknown hours."""

    def key(row):
        state, opens = state_at(row, question), row.status_at(question.at).opens
        is_open = state is OpenState.OPEN
        return (
            bool(row.public_warning),
            not is_open,
            state is OpenState.UNKNOWN,
            LAST if is_open or opens is None else opens,
            is_everywhere(row),
            not row.answered_by_peers,
            row.sort_name,
            row.slug,
        )

    return sorted(rows, key=key)


def reaching(rows, question):
    """Every row that may take callers from here."""
    if question.place is None:
        return [r for r in rows if is_everywhere(r) or not question.from_anywhere]
    return [row for row in rows if takes(row, question.place) != NO]


def passing(rows, question, *, but=""):
    """What the words and filters leave; "Open now" drops what is surely closed."""
    return [
        row
        for row in reaching(rows, question)
        if (not question.words or answers_words(row, question.words))
        and all(
            name == but or not wanted or values_of(row, name) & set(wanted)
            for name, wanted in question.chosen.items()
        )
        and not (question.open_now and state_at(row, question) is OpenState.CLOSED)
    ]


def shown(rows, question):
    return in_order(passing(rows, question), question)


def others(rows, question):
    """What anybody here can call and the filters or words leave out."""
    if not (question.words or any(question.chosen.values())):
        return []
    chosen = {row.pk for row in passing(rows, question)}
    left = [row for row in reaching(rows, question) if row.pk not in chosen]
    return [
        *in_order([r for r in left if is_for_everyone(r, question)], question),
        *in_order([r for r in left if is_for_some_states(r, question)], question),
    ]


def counts(rows, question, options):
    """How many rows each option of each filter would show."""
    found = {}
    for name, values in options.items():
        had = [values_of(row, name) for row in passing(rows, question, but=name)]
        numbers = {value: sum(value in one for one in had) for value in values}
        found[name] = {value: number for value, number in numbers.items() if number}
    return found


def people_of(row):
    """Where the group that a row is for is in the order of the vocabulary."""
    terms = [term for term in row.all_terms if term.kind == "community"]
    terms.sort(key=lambda term: (term.order, term.label))
    return (terms[0].order, terms[0].slug) if terms else (999, "others")


def groups(rows, question):
    """[(name of the group, its rows)] as the phone section shows them."""
    main, below = shown(rows, question), others(rows, question)
    maybe = []
    if question.open_now:
        maybe = [
            row
            for row in [*main, *below]
            if state_at(row, question) is OpenState.UNKNOWN
        ]
        main, below = (
            [row for row in part if state_at(row, question) is OpenState.OPEN]
            for part in (main, below)
        )
    how = {row.pk: takes(row, question.place) for row in rows}
    found = [
        ("here", [row for row in main if is_for_everyone(row, question)]),
        *of_states(main, question, ""),
        ("counties", [row for row in main if how[row.pk] == SOME_COUNTIES]),
        *of_people([row for row in main if how[row.pk] in (YES, SERVES, SOME_STATES)]),
        ("everyone", [row for row in below if is_for_everyone(row, question)]),
        *of_states(below, question, "other-"),
        ("maybe", maybe),
        ("ask", [row for row in main if how[row.pk] == ASK]),
    ]
    found = [(name, members) for name, members in found if members]
    return sorted(found, key=lambda one: all(row.public_warning for row in one[1]))


def of_states(rows, question, prefix):
    """Of a place in several states, what only people in some of them can call."""
    found = {}
    for row in rows:
        if question.place and is_for_some_states(row, question):
            codes = [c for c in question.place.state_codes if c in whole_states(row)]
            found.setdefault(prefix + "-".join(codes).lower(), []).append(row)
    return list(found.items())


def of_people(rows):
    found = {}
    for row in rows:
        if is_for_group(row):
            found.setdefault(people_of(row), []).append(row)
    return [(slug, members) for (_order, slug), members in sorted(found.items())]


def to_call_now(rows, question):
    """One for a group that was asked for, and one for everyone: open, with a phone."""
    listed = [row for _name, members in groups(rows, question) for row in members]
    ready = [
        row
        for row in listed
        if row.phone
        and not row.public_warning
        and state_at(row, question) is OpenState.OPEN
    ]
    wanted = set(question.chosen.get("community", []))
    of_group = [
        row
        for row in ready
        if is_for_group(row)
        and takes(row, question.place) in (YES, SERVES, SOME_STATES)
        and values_of(row, "community") & wanted
    ]
    everyone = [row for row in ready if is_for_everyone(row, question)]
    some = [row for row in ready if is_for_some_states(row, question)]
    return [found[0] for found in (of_group, everyone or some) if found]


def by_state(rows, question):
    """[(name of the list, its rows)] where no place is known."""
    found = {"anyone": [], "us": [], "ask": []}
    for row in [*shown(rows, question), *others(rows, question)]:
        if row.who_may_call == "anyone":
            names = ["anyone"]
        elif row.service_area_scope == "nationwide":
            names = ["us"]
        else:
            names = [code.lower() for code in states_of(row)] or ["ask"]
        for name in names:
            found.setdefault(name, []).append(row)
    return {
        name: sorted(members, key=lambda row: bool(row.public_warning))
        for name, members in found.items()
        if members
    }


def scatter(chance, count):
    """Made-up lines of every sort, for people in and around Montana."""
    states = list(Place.objects.filter(kind="state", code__in=["MT", "WY", "ND"]))
    counties = list(Place.objects.filter(kind="county", state__in=["MT", "WY", "ND"]))
    area = Area.objects.get(name__startswith="Bakken")
    terms = list(Term.objects.all())
    parts = (states, counties, list(area.counties.all()), terms)
    return [make(chance, n, *parts) for n in range(count)]


def make(chance, number, states, counties, whole_area, terms):
    first, second = chance.choice(["Harbor", "Lantern", "Prairie"]), chance.choice("AB")
    scope = chance.choice(["unknown", "nationwide", "places", "places", "places"])
    made = Warmline(
        name=f"{first} {chance.choice(['House', 'Line'])} {second}",
        slug=f"line-{chance.randrange(10**6)}-{number}",
        summary=chance.choice(["", "Peer support by the harbor.", "A lantern."]),
        phone=chance.choice(["+14065550101", "+14065550101", ""]),
        website="https://example.org/",
        by_phone=True,
        service_area_scope=scope,
        who_may_call=chance.choice(Warmline.WhoMayCall.values),
        hours=chance.choice(["", "24/7", "Mo-Fr 09:00-17:00", "Tu 10:00-12:00"]),
        timezone=chance.choice(["America/Denver", "America/New_York"]),
        public_warning=chance.choice(["", "", "", "", "It may have closed."]),
        answered_by_peers=chance.choice([True, False, None]),
        status=chance.choice(["published"] * 6 + ["draft", "temporarily_closed"]),
        closure_reason="Moved",
    )
    made.save()
    if scope == "places":
        made.service_area.set(chance.sample(states, chance.choice([0, 1, 1, 2, 3])))
        made.service_area.add(*chance.sample(counties, chance.choice([0, 0, 1, 40])))
        made.service_area.add(*whole_area if chance.random() < 0.1 else [])
    made.terms.set(chance.sample(terms, chance.randrange(6)))
    return made


def ask(chance, places, options):
    """A random question; every kind of filter comes up often."""
    names = chance.sample(list(options), chance.choice([0, 0, 1, 1, 2]))
    return LineQuestion(
        place=chance.choice([*places, None]),
        chosen={n: chance.sample(options[n], min(3, len(options[n]))) for n in names},
        words=chance.choice(WORDS) if chance.random() < 0.25 else "",
        open_now=chance.random() < 0.3,
        from_anywhere=chance.random() < 0.3,
    )
