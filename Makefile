# Framewright in one word each. `make` lists the commands; every one prepares .venv first and ends with the time it
# took. What is said of progress goes to stderr, so that results can be redirected: make table DIR=films > videos.tsv

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# What .venv holds is compiled once, not by every process that imports it.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
CORES ?= $(shell $(PYTHON) -c "import os; print(len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count())")
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES)
TIMED := scripts/timed.sh
PYTEST := $(BIN)/pytest -n $(CORES) --dist loadfile --no-loadscope-reorder

# ---- for users -----------------------------------------------------------------------------------------------------

demo: .venv/ready ## Run every pipeline on the embedded demo and write results/report.zip
	@$(TIMED) "make demo: all pipelines on the embedded demo, with $(CORES) cores" \
		"$(SNAKEMAKE) && $(BIN)/snakemake --report results/report.zip"
	@echo "Open results/report.zip: unpack it and look at report.html."

table: .venv/ready ## Turn a folder of videos, or a list of links, into a video table: make table DIR=films/ > videos.tsv
	@test -n "$(DIR)" || { echo "make table: say where: make table DIR=films/ (a folder, or a file with one link or YouTube id a line)" >&2; exit 2; }
	@$(TIMED) "make table: $(DIR)" "$(BIN)/python scripts/make_table.py '$(DIR)'"

convert-patches: .venv/ready ## Turn a generator_config.json into films.tsv and films.yaml: make convert-patches FILE=generator_config.json
	@test -n "$(FILE)" || { echo "make convert-patches: say which: make convert-patches FILE=generator_config.json" >&2; exit 2; }
	@$(TIMED) "make convert-patches: $(FILE)" "$(BIN)/python scripts/convert_patches.py '$(FILE)' $(ARGS)"

monitor: .venv/ready ## Watch a run from another terminal; DIR=study says where, ARGS=--once or --json prints the state once
	@$(BIN)/python scripts/monitor.py '$(or $(DIR),.)' $(ARGS)

resume: .venv/ready ## Go on after a kill, as snakemake was called before; DIR=study says where, ARGS= how else
	@$(TIMED) "make resume: what is left of the run" "$(BIN)/python scripts/resume.py '$(or $(DIR),.)' $(ARGS)"

slurm-resume: .venv/ready ## Go on after a kill on a cluster: cancel the jobs that it left, then as `make resume`; DIR=study
	@$(TIMED) "make slurm-resume: what is left of the run" "$(BIN)/python scripts/resume.py --cancel '$(or $(DIR),.)' $(ARGS)"

efficiency: .venv/ready ## Say what each rule took beside what it asked for, and propose better; DIR=study, ARGS=--slurm
	@$(BIN)/python scripts/efficiency.py '$(or $(DIR),.)' $(ARGS)

retry-sources: .venv/ready ## Forget the sources that failed for a passing reason, so that the next run tries them again; DIR=study
	@$(TIMED) "make retry-sources: sources that may live again" "$(BIN)/python scripts/retry_sources.py '$(or $(DIR),.)/results'"

verify-sources: .venv/ready ## Read every source whole and compare it with its record: finds what a fingerprint can't; DIR=study
	@$(TIMED) "make verify-sources: every byte of every source" "$(BIN)/python scripts/verify_sources.py '$(or $(DIR),.)/results'"

tidy: .venv/ready ## List what the study has made and asks for no more; DIR=study says where, ARGS=--yes removes it
	@$(BIN)/python scripts/tidy.py --folder '$(or $(DIR),.)' $(ARGS)

explain: .venv/ready ## Tell one video's way through all stages: make explain VIDEO=street; DIR=study says where
	@test -n "$(VIDEO)" || { echo "make explain: say which: make explain VIDEO=street (an id of the table of videos)" >&2; exit 2; }
	@$(TIMED) "make explain: $(VIDEO)" "$(BIN)/python scripts/explain.py '$(VIDEO)' '$(or $(DIR),.)/results'"

dag: .venv/ready ## Draw the rules as results/dag.svg; FULL=1 draws every job as results/dag-jobs.svg
ifdef FULL
	@$(TIMED) "make dag: every job" "$(SNAKEMAKE) --quiet all --forceall --dag dot | $(BIN)/python scripts/draw_dag.py results/dag-jobs.svg"
else
	@$(TIMED) "make dag: the rules" "$(SNAKEMAKE) --quiet all --force -- overview_dag && ls results/dag.svg"
endif

slurm-profile: .venv/ready ## Link profiles/slurm into the user's Snakemake folder, and write down what this cluster is like
	@folder="$${XDG_CONFIG_HOME:-$$HOME/.config}/snakemake"; mkdir -p "$$folder"; \
	if [ -e "$$folder/slurm" ] && [ ! -L "$$folder/slurm" ]; then \
		echo "make slurm-profile: $$folder/slurm exists and is not a link; move it away first" >&2; exit 1; fi; \
	ln -sfn "$(CURDIR)/profiles/slurm" "$$folder/slurm"; \
	echo "$$folder/slurm -> $(CURDIR)/profiles/slurm"
	@$(BIN)/python scripts/slurm_site.py

# ---- for developers ------------------------------------------------------------------------------------------------

test: .venv/ready ## Run all tests but the long ones
	@$(TIMED) "make test: unit, script, workflow and house tests, with $(CORES) processes" "$(PYTEST) --durations 10 -m 'not long'"

test-long: .venv/ready ## Run the tests that make a whole study again, or train
	@$(TIMED) "make test-long: studies made again, killed and resumed; a training" "$(PYTEST) --durations 10 -m long"

hostile: .venv/ready ## Send films that lie, break or harm through the pipelines, and say what became of each; ARGS="--films 30"
	@$(TIMED) "make hostile: films that lie, break or harm" "$(BIN)/python tests/campaign.py --cores $(CORES) $(ARGS)"

test-browser: .venv/ready ## Open report and galleries in Debian's Chromium, and click; skipped where there is none
	@$(TIMED) "make test-browser: pages in a real browser" "$(BIN)/pytest --durations 5 tests/browser"

test-slurm: .venv/ready ## Run a real Slurm on this machine, and the workflow on it; skipped where there is no Slurm to run
	@$(TIMED) "make test-slurm: a real Slurm with three nodes on this machine" "$(BIN)/pytest --durations 5 -rs tests/slurm"

test-fast: .venv/ready ## Run the tests that answer within a minute
	@$(TIMED) "make test-fast: all but the slow tests" "$(BIN)/pytest -q -n $(CORES) -m 'not slow and not long'"

verify: .venv/ready ## Make the study with 1 and 2 cores and while it is killed 10 times, and compare; ARGS="--kills 30 --seed 1"
	@$(TIMED) "make verify: the same bytes with 1 core, with 2, and killed and resumed" "$(BIN)/python scripts/verify.py $(ARGS)"

bench: .venv/ready ## Measure ours against the plain way, side by side
	@$(TIMED) "make bench: ratios against the plain way" "missed=0; for bench in $(filter-out %/bench_scale.py,$(wildcard tests/bench/bench_*.py)); do $(BIN)/python \$$bench || missed=1; done; exit \$$missed"

bench-scale: .venv/ready ## Measure what a study of 1 to 64,000 videos costs before its first job; ARGS="--rows 1 1000"
	@$(TIMED) "make bench-scale: jobs that ask for their own rows, and the head" "$(BIN)/python tests/bench/bench_scale.py $(ARGS)"

format: .venv/ready ## Format and lint everything
	@$(TIMED) "make format: ruff, snakefmt, snakemake --lint, mypy" "$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/snakefmt Snakefile rules && $(BIN)/snakemake --lint && $(BIN)/mypy"

envs: .venv/ready ## Create each conda environment, import what its scripts need, write envs/created.tsv; DIR= keeps them there
	@$(TIMED) "make envs: conda environments" "$(BIN)/python tests/environments.py --prefix '$(or $(DIR),.framewright/envs)' $(ARGS)"

config-readme: .venv/ready ## Write config/README.md anew from config/schemas
	@$(TIMED) "make config-readme: config/README.md" "$(BIN)/python scripts/document_config.py"

readme-pictures: .venv/ready ## Take README's pictures anew from the demo's results
	@$(TIMED) "make readme-pictures: one picture of each pipeline" "$(BIN)/python scripts/readme_pictures.py results docs/pictures"

lock: ## Resolve requirements.in into requirements.txt, for Python 3.11 to 3.13; ARGS=--upgrade takes the newest of all
	@cp requirements.txt requirements.txt.new
	@$(BIN)/uv pip compile requirements.in --universal --python-version 3.11 --fork-strategy fewest $(ARGS) \
		--override requirements-overrides.txt --no-header --no-annotate --quiet --output-file requirements.txt.new > /dev/null
	@grep -v '^opencv-python=' requirements.txt.new > requirements.txt && rm requirements.txt.new
	@wc -l < requirements.txt | xargs printf '%s packages pinned in requirements.txt\n'

# ---- the environment -----------------------------------------------------------------------------------------------

.venv/ready: requirements.txt
	@$(TIMED) "Installing $$(grep -c . requirements.txt) packages into .venv: about 3 GB to download and 7 GB on disk, most of it PyTorch with CUDA" \
		"scripts/install.sh $(PYTHON)"

clean: ## Remove results and logs; the environment stays
	@rm -rf results logs benchmarks .snakemake .framewright && echo "removed results, logs, benchmarks, .snakemake and .framewright"

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

.PHONY: envs efficiency slurm-resume test-slurm tidy readme-pictures bench-scale verify-sources demo table convert-patches monitor resume retry-sources explain dag slurm-profile test test-long hostile test-browser test-fast verify bench format config-readme lock clean help
