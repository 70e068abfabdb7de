"""The site's own rows, with a PostGIS point; see `TABLE` for how it is filled."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models

# After our own migrations, in the same database.
TABLE = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE textbook_organization AS
SELECT id, name, slug, kind, summary, phone, website, city, state,
  ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography AS point
FROM orgs_organization
WHERE status IN ('published', 'temporarily_closed') AND latitude IS NOT NULL;
ALTER TABLE textbook_organization ADD PRIMARY KEY (id);
CREATE INDEX ON textbook_organization USING gist (point);
CREATE INDEX ON textbook_organization (kind);
ANALYZE textbook_organization;
"""


class Term(models.Model):
    label = models.CharField(max_length=100)

    objects: models.Manager[Any] = models.Manager()

    class Meta:
        managed = False
        db_table = "listings_term"

    def __str__(self) -> str:
        return self.label


class Place(models.Model):
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=10)
    latitude = models.FloatField()
    longitude = models.FloatField()

    objects: models.Manager[Any] = models.Manager()

    class Meta:
        managed = False
        db_table = "places_place"

    def __str__(self) -> str:
        return self.code


class Organization(models.Model):
    name = models.CharField(max_length=200)
    slug = models.SlugField()
    kind = models.CharField(max_length=40)
    summary = models.TextField()
    phone = models.CharField(max_length=40)
    website = models.URLField()
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=2)
    point = models.PointField(geography=True)
    terms = models.ManyToManyField(Term, db_table="orgs_organization_terms")

    objects: models.Manager[Any] = models.Manager()

    class Meta:
        managed = False
        db_table = "textbook_organization"

    def __str__(self) -> str:
        return self.name
