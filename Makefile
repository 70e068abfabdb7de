# Every task of the project. The logic is in scripts/.
.PHONY: help run dev test lint coverage mutants chaos attack sbom licenses docs release curator bench sweep lighthouse words lock
help:
	@echo "make run      a working site with the real starter data on 127.0.0.1:8000"
	@echo "make test     every test (DATABASE_URL=postgres://… tests on PostgreSQL)"
	@echo "make lint     style, types, floors, templates, migrations, deployment"
	@echo "make coverage  lines and branches that the tests reach, on both databases (needs DATABASE_URL=postgres://…)"
	@echo "make mutants  small faults in the search, the hours and the imports: do the tests notice?"
	@echo "make chaos    break things on purpose, under load, and write docs/promises.md (root, nginx, Caddy, Redis; DATABASE_URL=postgres://… tries PostgreSQL too)"
	@echo "make sbom     what the site is made of, as CycloneDX"
	@echo "make licenses  list the licenses of all dependencies (docs/licenses.md)"
	@echo "make docs     the documentation as a site with search (var/docs/)"
	@echo "make release  RELEASE=0.1.0: record its database for later upgrades, and its SBOM"
	@echo "make dev      the site with autoreload"
	@echo "make curator  create a staff account"
	@echo "make attack   hostile requests, sqlmap, wapiti, 10,000 examples (hours)"
	@echo "make bench    measure speed"
	@echo "make sweep    ask the running code for each of the 41,204 ZIP codes"
	@echo "make lighthouse  scores of the pages, and their HTML (Node, Java, Chromium)"
	@echo "make words    gather the words to translate (needs gettext)"
	@echo "make lock     write the locked requirements anew"
run:
	@scripts/run serve
dev:
	@scripts/run dev
curator:
	@scripts/run curator
test:
	@scripts/check test $(ARGS)
lint:
	@scripts/check lint
coverage:
	@scripts/check coverage
mutants:
	@scripts/check mutants $(ARGS)
attack:
	@scripts/check attack
chaos:
	@scripts/check chaos $(ARGS)
sbom:
	@scripts/check sbom
licenses:
	@scripts/check licenses
docs:
	@scripts/check docs
release:
	@scripts/check release $(RELEASE)
bench:
	@scripts/check bench
sweep:
	@scripts/check sweep
lighthouse:
	@scripts/check lighthouse
words:
	@scripts/check words
lock:
	@scripts/check lock
