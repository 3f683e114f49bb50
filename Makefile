# Everything one does with Convisor. `make` lists it.
.DEFAULT_GOAL := help
.PHONY: help serve class test hostile audit scripts check format train evaluate dreams bench coverage mutants image verify lock screenshot chromium install install-test install-quality

HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
PY := $(VENV)/bin/python
DATA ?= data
IMAGE ?= convisor

# torch's CPU builds, at the address that PyTorch's install page names. Elsewhere than on Linux the
# ordinary package is a CPU build already. Empty (make TORCH_INDEX= ...): pip's own index.
ifeq ($(shell uname -s),Linux)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
endif
TORCH_VERSION ?= $(shell sed -n 's/^torch==//p' requirements.txt)

# The tests run file by file in so many processes; all have to collect them in the same order (PYTHONHASHSEED).
# Those in the browser run by themselves: Playwright keeps an event loop running in its process.
TEST_PROCESSES ?= 2
IN_PROCESSES = --numprocesses $(TEST_PROCESSES) --dist loadfile

# Many small jobs at a time: one thread each, and arrays kept by the allocator between them.
export OMP_NUM_THREADS ?= 1
export MALLOC_MMAP_THRESHOLD_ ?= 268435456
export MALLOC_TRIM_THRESHOLD_ ?= 536870912
export MALLOC_ARENA_MAX ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

serve: install ## Install what is missing and serve on http://HOST:PORT/
	@HOST=$(HOST) PORT=$(PORT) exec $(PY) -m app

class: install ## Serve to the room: prints its address, a QR code and the teacher's token
	@HOST=0.0.0.0 PORT=$(PORT) CONVISOR_WORKERS=$${CONVISOR_WORKERS:-2} exec $(PY) -m app

test: install-test chromium check ## Check and test everything, in the browser too
	@PYTHONHASHSEED=0 $(PY) -m pytest -m "not hostile and not browser" $(IN_PROCESSES) $(PYTEST_ARGS)
	@CHROMIUM="$$(deploy/find_chromium.sh 2>/dev/null)" PYTHONHASHSEED=0 \
		$(PY) -m pytest -m browser $(IN_PROCESSES) $(PYTEST_ARGS)

hostile: install-test ## Send over 1,500 bad files and requests, and break the server in every way
	@$(PY) -m pytest tests/hostile -m "hostile or not hostile" $(PYTEST_ARGS)

check: install-test ## Lint, types, directions of imports, templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(VENV)/bin/djlint --quiet --lint templates
	@$(PY) -m bandit --quiet --configfile pyproject.toml --recursive app models bench deploy docs

audit: install ## Look for known advisories about the locked packages
	@deploy/audit.sh $(PY) $(VENV)-audit

scripts: ## Check the types that the browser's scripts state (needs Node.js and a network)
	@npx --yes -p typescript@5 tsc --noEmit --allowJs --checkJs --strict --target es2022 --module es2022 \
		--moduleResolution bundler --lib es2022,dom,dom.iterable static/js/app.js static/js/*/*.js

format: install-test ## Format the Python code
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

train: install-test ## Train the cat/dog network on the pictures in DATA
	$(PY) -m models.train --data $(DATA)

evaluate: install-test ## Measure the shipped network on the pictures in DATA
	$(PY) -m models.evaluate --data $(DATA)

dreams: install-test ## Draw anew what every unit of the cat/dog network answers to most
	$(PY) -m models.dreams

bench: install-test chromium $(VENV)-bench/.installed ## Measure speed and memory, against Gradio and Streamlit too, into the README; PARTS=... for some
	@CHROMIUM="$$(deploy/find_chromium.sh)" PEERS=$(VENV)-bench/bin/python $(PY) -m bench $(PARTS)

coverage: install-quality ## Measure which lines and branches the tests outside the browser take
	@PYTHONHASHSEED=0 $(PY) -m pytest -m "not hostile and not browser" --cov --cov-report=term-missing:skip-covered $(PYTEST_ARGS)

mutants: install-quality ## Change the stack and the engine in 320 places and count what the tests notice
	@OMP_NUM_THREADS=1 PYTHONHASHSEED=0 $(PY) -m bench.mutants $(MUTANTS_ARGS)

screenshot: install-test chromium ## Draw docs/screenshot.png anew
	CHROMIUM="$$(deploy/find_chromium.sh)" $(PY) -m docs.screenshot

verify: ## Build the image, run it locked down, and start compose.yaml, for real
	deploy/verify_image.sh
	deploy/verify_compose.sh

image: ## Build the container image
	docker build --tag $(IMAGE) --build-arg TORCH_INDEX="$(TORCH_INDEX)" .

lock: install ## Resolve the locked versions anew (TORCH_VERSION=... moves torch)
	@$(PY) -m pip install --quiet pip-tools
	@deploy/lock.sh $(PY) $(TORCH_VERSION)

# The rivals have an environment of their own: nothing of ours depends on them.
$(VENV)-bench/.installed: bench/rivals/requirements.txt
	@"$$(deploy/find_python.sh)" -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --requirement $<
	@touch $@

chromium:
	@deploy/find_chromium.sh --install >/dev/null || true

# The stamps make a second run install nothing.
install: $(VENV)/.installed
install-test: $(VENV)/.installed-test
install-quality: install-test
	@$(PY) -m pip install --quiet --constraint requirements-dev.txt "pytest-cov>=6" "mutmut>=3.8"

$(VENV)/pyvenv.cfg:
	@python="$$(deploy/find_python.sh)" && echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(VENV)/.installed: requirements.txt deploy/install_torch.sh | $(VENV)/pyvenv.cfg
	@echo "Installing the locked packages into $(VENV)"
	@TORCH_INDEX="$(TORCH_INDEX)" deploy/install_torch.sh $(PY)
	@$(PY) -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/.installed-test: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the test tools into $(VENV)"
	@$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@
