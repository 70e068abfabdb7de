"""The site's own rows, with a PostGIS point: bench/peers.py fills the table."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models


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
