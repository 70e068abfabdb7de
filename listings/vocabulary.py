"""The initial terms of the four vocabularies; curators may add more."""

from __future__ import annotations

import re

# For each kind: (slug, label, label in Spanish), in display order.
VOCABULARY: dict[str, list[tuple[str, str, str]]] = {
    "service": [
        ("support_groups", "Support groups", "Grupos de apoyo"),
        (
            "one_to_one",
            "One-to-one peer support",
            "Apoyo entre pares, de persona a persona",
        ),
        ("drop_in", "A place to drop in", "Un lugar para llegar sin cita"),
        ("respite", "Overnight respite", "Respiro de una o más noches"),
        (
            "crisis_alternative",
            "Support instead of the emergency room",
            "Apoyo en lugar de la sala de emergencias",
        ),
        ("warmline", "A warmline", "Una línea de apoyo (warmline)"),
        ("recovery_coaching", "Recovery coaching", "Acompañamiento en la recuperación"),
        (
            "telephone_recovery_support",
            "Recovery support by phone",
            "Apoyo en la recuperación por teléfono",
        ),
        (
            "wrap",
            "WRAP (Wellness Recovery Action Plan)",
            "WRAP (plan de acción para la recuperación y el bienestar)",
        ),
        ("education", "Classes and workshops", "Clases y talleres"),
        ("arts", "Arts and making things", "Arte y manualidades"),
        ("employment", "Help with work", "Ayuda con el trabajo"),
        ("housing", "Help with housing", "Ayuda con la vivienda"),
        (
            "reentry",
            "Help after prison or jail",
            "Ayuda después de la prisión o la cárcel",
        ),
        ("youth_program", "Programs for young people", "Programas para jóvenes"),
        ("advocacy", "Speaking up for rights", "Defensa de derechos"),
        (
            "certification_training",
            "Training for peer supporters",
            "Formación para quienes dan apoyo entre pares",
        ),
        ("other", "Other support", "Otro apoyo"),
    ],
    "community": [
        ("veterans", "Veterans", "Veteranos y veteranas"),
        ("military", "Service members", "Militares en servicio"),
        ("lgbtq", "LGBTQ+ people", "Personas LGBTQ+"),
        ("transgender", "Transgender people", "Personas transgénero"),
        ("youth", "Youth", "Adolescentes"),
        ("young_adults", "Young adults", "Jóvenes adultos"),
        ("students", "Students", "Estudiantes"),
        ("older_adults", "Older adults", "Personas mayores"),
        ("families", "Families", "Familias"),
        ("parents", "Parents", "Madres y padres"),
        ("caregivers", "Caregivers", "Personas que cuidan a alguien"),
        ("women", "Women", "Mujeres"),
        (
            "bipoc",
            "Black, Indigenous and people of color",
            "Personas negras, indígenas y de color",
        ),
        ("black", "Black people", "Personas negras"),
        ("latino", "Latino people", "Personas latinas"),
        ("native", "Native people", "Personas nativas"),
        ("spanish_speaking", "Spanish speakers", "Personas que hablan español"),
        ("deaf", "Deaf people", "Personas sordas"),
        (
            "people_with_disabilities",
            "People with disabilities",
            "Personas con discapacidad",
        ),
        ("hearing_voices", "People who hear voices", "Personas que oyen voces"),
        (
            "people_who_use_psychedelics",
            "People who use psychedelics",
            "Personas que usan psicodélicos",
        ),
        (
            "justice_involved",
            "People who have been in prison or jail",
            "Personas que estuvieron en prisión o en la cárcel",
        ),
        ("unhoused", "People without housing", "Personas sin vivienda"),
        ("first_responders", "First responders", "Personal de emergencias"),
        ("health_workers", "Health workers", "Personal de salud"),
        ("workers", "Workers", "Personas que trabajan"),
    ],
    "condition": [
        ("mental_health", "Mental health", "Salud mental"),
        ("substance_use", "Alcohol and drugs", "Alcohol y drogas"),
        (
            "co_occurring",
            "Mental health together with alcohol or drugs",
            "Salud mental junto con alcohol o drogas",
        ),
        ("trauma", "Trauma", "Trauma"),
        ("disability", "Disability", "Discapacidad"),
    ],
    "language": [
        ("en", "English", "Inglés"),
        ("es", "Spanish", "Español"),
        ("pt", "Portuguese", "Portugués"),
        ("ase", "American Sign Language", "Lengua de señas americana (ASL)"),
    ],
}
# Terms whose English label begins with a proper name, of a people or a language.
PROPER_NAMES = {"bipoc", "black", "latino", "native", "spanish_speaking", "deaf"} | {
    slug for slug, _label, _spanish in VOCABULARY["language"]
}
SEEDED_SLUGS = {
    slug for terms in VOCABULARY.values() for slug, _label, _spanish in terms
}
# Labels that begin with an abbreviation, like "LGBTQ+" or "WRAP".
ABBREVIATION = re.compile(r"\S[A-Z]")


def inside_sentence(label: str, slug: str, *, in_spanish: bool) -> str:
    """Return the label in lower case, unless it begins with a name or abbreviation.

    Spanish capitalizes only names of persons and places. An English label that a
    curator added may be a name, so it stays as written.
    """
    is_ordinary = in_spanish or (slug in SEEDED_SLUGS and slug not in PROPER_NAMES)
    if not is_ordinary or ABBREVIATION.match(label):
        return label
    return label[:1].lower() + label[1:]
