# The one door. `make demo` needs Python 3.11 to 3.13 with pip and venv, make and git.
PYTHON ?= python3
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo up test suite lint types lock picture docs clean

demo: .venv/ready  ## crawl, tag, load, model and publish the demo brand; print each team's numbers
	@$(BIN)/python -m bench.demo $(if $(WORLD),--world $(WORLD)) $(if $(BRAND),--brand $(BRAND))

up: .venv/ready  ## Airflow for real, on its schedules, against the demo world; Ctrl-C stops it
	@exec $(BIN)/python -m bench.up

test: .venv/ready lint  ## every check and every test; types are checked beside the first tests
	@$(MAKE) --no-print-directory -j 2 types suite

suite: .venv/ready
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/yamllint -s .

types: .venv/ready
	$(BIN)/mypy

picture: .venv/ready  ## draw the picture of the README from the demo's published files
	$(BIN)/python -m desk.picture docs/pictures

docs: .venv/ready  ## write dbt's pages on every model and column of the built warehouse
	@$(BIN)/python -m warehouse

# uv installs in a tenth of pip's time; it comes by pip, pinned by hash like the rest.
# Compiled, every start takes a second less where PYTHONDONTWRITEBYTECODE is set, as in many images.
.venv/ready: locks/requirements.txt locks/uv.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11 to 3.13 is needed, this is " + sys.version)'
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r locks/requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

lock:  ## resolve the locks anew
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade --output-file locks/requirements.txt
	echo 'uv' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --output-file locks/uv.txt

clean:  ## remove what can be made again; data/ stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
