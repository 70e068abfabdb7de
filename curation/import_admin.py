"""The admin of imports: upload a file, look at its preview, apply and undo it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from curation.admin_site import commits_in_batches
from curation.base_admin import ExtraContext, RecordAdmin
from curation.errors import ActionRefused
from curation.import_forms import KIND_LABELS, ChoicesForm, ImportForm, kind_choices
from curation.import_preview import fill_preview, preview_import, write_refused_rows
from curation.imports import (
    apply_import,
    discard_preview,
    get_imported_model,
    get_visible_steps,
    resume_import,
)
from curation.models import ImportRun
from curation.roles import has_curation_perm
from curation.staff_request import StaffRequest
from curation.undo import undo_import
from listings.exchange.csv_rows import FileError
from listings.exchange.files.reading import read_content
from listings.exchange.files.writing import EXCEL_CONTENT_TYPE, write_template
from listings.exchange.workflow import importers
from listings.field_values import Difference, differences

# The message about an undo names at most this many rows that stay.
MAX_NAMES = 20
State = ImportRun.State


@admin.register(ImportRun)
class ImportRunAdmin(RecordAdmin):
    """Import a file: choose it, look at the preview, then apply it."""

    list_display = ("file_name", "kind", "state", "summary", "by", "created_at")
    change_list_template = "curation/imports.html"

    def has_view_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return has_curation_perm(request.user, "import_listings")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(self.upload_page), name="curation_importrun_new"),
            path(
                "template/",
                view(self.template_file),
                name="curation_importrun_template",
            ),
            path(
                "<int:pk>/refused/",
                view(self.refused_rows),
                name="curation_importrun_refused",
            ),
            *super().get_urls(),
        ]

    @commits_in_batches
    def upload_page(self, request: StaffRequest) -> HttpResponse:
        self._require_permission(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
            try:
                content = read_content(file.read())
                run = preview_import(kind, file.name[:200], content, request.user)
            except FileError as refusal:
                form.add_error("file", str(refusal))
            else:
                return redirect(
                    reverse("admin:curation_importrun_change", args=[run.pk])
                )
        return self.render_page(
            request,
            "curation/import_new.html",
            title=_("Import a file"),
            form=form,
            files=True,
            kinds=kind_choices(),
        )

    def template_file(self, request: HttpRequest) -> HttpResponse:
        """Return an empty Excel file with the columns of one kind of file."""
        self._require_permission(request)
        kind = request.GET.get("kind", next(iter(KIND_LABELS)))
        if kind not in importers():
            raise Http404
        return HttpResponse(
            write_template(importers()[kind]),
            content_type=EXCEL_CONTENT_TYPE,
            headers=_attachment(f"{kind}.xlsx"),
        )

    def refused_rows(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the refused rows as CSV, with the reason of each."""
        self._require_permission(request)
        run = self.get_or_404(request, str(pk))
        if not (run.content and run.preview):
            raise Http404
        return HttpResponse(
            # Excel reads UTF-8 only with a byte order mark.
            f"\ufeff{write_refused_rows(run)}",
            content_type="text/csv; charset=utf-8",
            headers=_attachment("refused.csv"),
        )

    def _require_permission(self, request: HttpRequest) -> None:
        if not has_curation_perm(request.user, "import_listings"):
            raise PermissionDenied

    @commits_in_batches
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext | None = None,
    ) -> HttpResponse:
        """Show the preview, or what was done, with buttons to apply and undo it."""
        self._require_permission(request)
        run = self.get_or_404(request, object_id)
        form = None
        if run.state == State.PREVIEWED and run.preview:
            is_bound = "column_0" in request.POST
            form = ChoicesForm(run, request.POST if is_bound else None)
        if request.method == "POST":
            if "_discard" in request.POST:
                discard_preview(run)
                self.message_user(request, _("The preview was discarded."))
                return redirect(reverse("admin:curation_importrun_changelist"))
            if form is None or not form.is_bound:
                self._act(request, run)
            elif not form.is_valid():
                return self._render(request, run, form)
            else:
                self._choose_or_apply(request, run, form)
            return redirect(reverse("admin:curation_importrun_change", args=[run.pk]))
        return self._render(request, run, form)

    def _render(
        self, request: HttpRequest, run: ImportRun, form: ChoicesForm | None
    ) -> HttpResponse:
        return self.render_page(
            request,
            "curation/import.html",
            title=run.file_name,
            run=run,
            form=form,
            report=run.preview if run.state == State.PREVIEWED else None,
            steps=_describe_steps(run),
        )

    def _choose_or_apply(
        self, request: HttpRequest, run: ImportRun, form: ChoicesForm
    ) -> None:
        """Import what the preview shows; other choices give a new preview first."""
        if not form.has_changed() and "_apply" in request.POST:
            self._act(request, run)
            return
        run.choices = form.get_choices().to_json()
        done = _("The preview shows your choices. Nothing was imported yet.")
        self._run(request, lambda: fill_preview(run), done)

    def _act(self, request: HttpRequest, run: ImportRun) -> None:
        if "_undo" in request.POST:
            self._run(request, lambda: self._report_undo(request, *undo_import(run)))
            return
        act = resume_import if "_resume" in request.POST else apply_import
        self._run(request, lambda: act(run), _("The file was imported."))

    def _run(
        self, request: HttpRequest, act: Callable[[], object], done: str = ""
    ) -> None:
        try:
            act()
        except (ActionRefused, FileError) as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            if done:
                self.message_user(request, done)

    def _report_undo(self, request: HttpRequest, done: int, left: list[str]) -> None:
        message = _("%(done)s rows are as they were before this import.")
        self.message_user(request, message % {"done": done})
        if not left:
            return
        names = ", ".join(left[:MAX_NAMES])
        if len(left) > MAX_NAMES:
            names += _(" and %(number)s more") % {"number": len(left) - MAX_NAMES}
        message = _("%(left)s rows were changed or checked since, and stay: %(names)s")
        facts = {"left": len(left), "names": names}
        self.message_user(request, message % facts, messages.WARNING)


@dataclass
class _VisibleStep:
    """One row of the file on the page of an import."""

    row: int
    name: str
    added: bool
    changes: list[Difference]
    warnings: list[str]


def _describe_steps(run: ImportRun) -> list[_VisibleStep]:
    model = get_imported_model(run)
    warnings = defaultdict(list)
    for number, words in (run.preview or {}).get("warnings", []):
        warnings[number].append(words)
    described = []
    for step in get_visible_steps(run):
        before = {k: v for k, v in step.before.items() if k != "point"}
        after = {k: v for k, v in step.after.items() if k != "point"}
        if "parent_id" in after:
            # Show names instead of ids. In a preview, the parent may have no id yet.
            before["parent_id"], after["parent_id"] = step.parents
        changes = differences(model, before, after)
        described.append(
            _VisibleStep(step.row, step.name, step.added, changes, warnings[step.row])
        )
    return described


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
