# The tasks of the project. The commands themselves are in scripts/.
.PHONY: help run dev shell curator test lint coverage mutants chaos attack sweep bench lighthouse words licenses sbom docs lock release
help:
	@echo "Run the site:"
	@echo "  make run         Run the site with the real starter data at http://127.0.0.1:8000."
	@echo "                   PORT=8001 uses another port. BIND=0.0.0.0 lets other machines connect."
	@echo "  make dev         Run the development server: it reloads changed code and prints each request."
	@echo "  make curator     Create a staff account for the admin at /admin/."
	@echo "  make shell       Open a Python shell with the site's settings and models."
	@echo "  For every other command of Django, run: python manage.py COMMAND"
	@echo
	@echo "Check your changes:"
	@echo "  make test        Run every test. ARGS=tests/places or ARGS=\"-k hours\" runs some of them."
	@echo "                   DATABASE_URL=postgres://… uses PostgreSQL. BROWSER=0 leaves out the browser."
	@echo "  make lint        Check style, types, import layers, templates and migrations."
	@echo "  make coverage    Measure which lines the tests run (needs DATABASE_URL=postgres://…)."
	@echo "  make mutants     Change the code in small ways, and check that a test fails each time."
	@echo "  make bench       Measure the speed of pages, imports and exports."
	@echo "  make sweep       Check the find page for each of the 41,204 ZIP codes (30 minutes)."
	@echo "  make lighthouse  Check pages with Lighthouse and an HTML validator (needs Node, Java, Chromium)."
	@echo "  make chaos       Break servers, disks and networks under load (needs root, nginx, Caddy, Redis)."
	@echo "  make attack      Send hostile requests with sqlmap and wapiti (hours)."
	@echo
	@echo "Update files of the repository:"
	@echo "  make words       Collect the texts to translate in locale/ (needs gettext)."
	@echo "  make lock        Write requirements.txt and requirements-dev.txt from pyproject.toml (needs uv)."
	@echo "  make licenses    Write docs/licenses.md, the licenses of all dependencies."
	@echo "  make docs        Build the documentation as a site with search, in var/docs/."
	@echo "  make sbom        List all packages of the site in CycloneDX format, in var/sbom.json."
	@echo "  make release RELEASE=0.1.0"
	@echo "                   Record a database of this release for upgrade tests, and its SBOM."
run dev shell curator:
	@scripts/run $@
test mutants chaos:
	@scripts/check $@ $(ARGS)
lint coverage attack sweep bench lighthouse words licenses sbom docs lock:
	@scripts/check $@
release:
	@scripts/check release $(RELEASE)
