"""One list page: a form of django-filter's, the nearest within 100 miles, by twenty."""

from __future__ import annotations

import django_filters
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from bench.textbook.models import Organization, Place, Term

MILES = 100


class OrganizationFilter(django_filters.FilterSet):
    kind = django_filters.AllValuesMultipleFilter()
    terms = django_filters.ModelMultipleChoiceFilter(queryset=Term.objects.all())

    class Meta:
        model = Organization
        fields = ["kind", "terms"]


def find(request: HttpRequest) -> HttpResponse:
    place = get_object_or_404(Place, kind="zip", code=request.GET.get("near", ""))
    point = Point(place.longitude, place.latitude, srid=4326)
    near = (
        Organization.objects.filter(point__dwithin=(point, D(mi=MILES)))
        .annotate(distance=Distance("point", point))
        .order_by("distance", "slug")
        .prefetch_related("terms")
    )
    filtered = OrganizationFilter(request.GET, near)
    page = Paginator(filtered.qs, 20).get_page(request.GET.get("page"))
    return render(request, "textbook.html", {"filter": filtered, "page": page})


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("find/", find), path("hello", hello), path("readyz", hello)]
