"""Match the column names of a file with those of an importer, by likeness."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from listings.text import fold

# Two names are alike from this score of rapidfuzz on, which goes up to 100.
MIN_LIKENESS = 86
# The column names are expected within so many rows; a title may be above them.
MAX_TITLE_ROWS = 20
# Names that people give to the same column, in the form of fold(). An importer's own
# name for the column is among them.
SYNONYMS = (
    "name, organization, organization name, org name, agency, agency name, program, "
    "program name, group name, center name, warmline name, line name",
    "kind, type, organization type, type of organization, category",
    "street, address, street address, address 1, address line 1, mailing address, "
    "physical address, location address",
    "city, town, city town",
    "state, st, state code, state territory",
    "zip, zip code, zipcode, zip 5, postal code, postcode",
    "phone, phone number, telephone, telephone number, tel, main phone, office phone, "
    "phone 1, primary phone, contact number, warmline number",
    "toll free, toll free number, toll free phone, 800 number",
    "tty, tty number, tdd, tty tdd",
    "sms number, text number, text, text line, sms, text phone",
    "email, e mail, email address, e mail address, contact email, mail",
    "website, web site, website url, url, web, web address, homepage, home page, link, "
    "site",
    "chat url, chat, chat link, online chat",
    "hours, hours of operation, opening hours, open hours, office hours, times",
    "hours text, hours note, notes on hours",
    "timezone, time zone, tz, zone",
    "summary, description, about, short description",
    "services, service, services offered, offers",
    "communities, community, populations, population, populations served",
    "conditions, condition, focus",
    "languages, language, languages spoken",
    "service area, serves, area served, areas served, counties served, coverage, "
    "counties, service counties",
    "internal note, note, notes, comment, comments, remarks, internal notes",
    "branch of, parent, parent organization, part of",
    "operator, operated by, run by organization",
    "source name, source",
    "source url, source link, source website, source address",
    "source seen, source date, date, date of source, date seen, as of, last updated, "
    "updated, date accessed",
    "source license, license",
    "in person, offers in person",
    "online, virtual, remote, offers online",
    "by phone, phone support, offers by phone",
    "by text, text support",
    "run by, peer run",
    "who may call, open to, eligibility",
    "answered by peers, peer staffed, peers answer",
    "cost, fee, fees, price",
    "wheelchair access, wheelchair accessible, accessible",
    "referral needed, referral required, referral",
    "key, id, record id, source key",
)
_GROUPS = [frozenset(group.split(", ")) for group in SYNONYMS]
Columns = Mapping[str, str]


class ColumnMatcher:
    """Finds the column that a name in a file means."""

    def __init__(self, columns: Iterable[str], labels: Mapping[str, str]) -> None:
        # The columns by every name that they go by, in the form of fold(). A column's
        # own name wins over a synonym of another.
        self.names: dict[str, str] = {}
        columns = list(columns)
        for column in columns:
            self.names[fold(column)] = column
        for column in columns:
            own = {fold(column), fold(labels.get(column, ""))}
            groups = [group for group in _GROUPS if own & group]
            for name in sorted(own.union(*groups) - {""}):
                self.names.setdefault(name, column)

    def exact(self, name: str) -> str:
        """Return the column that goes by this name, or ""."""
        return self.names.get(fold(name), "")

    def likeness(self, name: str) -> dict[str, float]:
        """Return how like the name each column is, where it is like enough."""
        wanted = fold(name)
        scores: dict[str, float] = {}
        for known, column in self.names.items():
            score = fuzz.ratio(wanted, known)
            if score >= MIN_LIKENESS:
                scores[column] = max(score, scores.get(column, 0))
        return scores

    def match(self, names: Collection[str], chosen: Columns) -> dict[str, str]:
        """Return the column of each name, or "" where none is like it.

        `chosen` has the columns of some names. Likeness gives no column twice; the name
        that is most like it gets it.
        """
        known = {*self.names.values(), ""}
        found = dict.fromkeys((name for name in names if name), "")
        chosen = {n: c for n, c in chosen.items() if n in found and c in known}
        candidates = [
            (score, -position, name, column)
            for position, name in enumerate(found)
            if name not in chosen
            for column, score in self._candidates(name)
        ]
        found |= chosen
        used = set(chosen.values())
        for _score, _position, name, column in sorted(candidates, reverse=True):
            if not found[name] and column not in used:
                found[name] = column
                used.add(column)
        return found

    def _candidates(self, name: str) -> Iterable[tuple[str, float]]:
        if name in self.names.values():
            return [(name, 102)]
        if column := self.exact(name):
            return [(column, 101)]
        return self.likeness(name).items()

    def find_header(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the index of the row that has the most names of columns.

        Rows above it are titles. If no row has one, it is the first row with text.
        """
        first = next((n for n, row in enumerate(rows) if any(row)), 0)
        scores = [sum(bool(self.exact(cell)) for cell in row) for row in rows]
        best = max(scores, default=0)
        return scores.index(best) if best else first
