# The commands of everyday work. Each one installs what it needs first and can be run in a fresh clone.
# JOBS=N bounds compiler processes and tests (2 by default: a file that includes LibTorch needs more than 1 GB to compile).
.DEFAULT_GOAL := help
.PHONY: help demo test fuzz format lint clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## build the command line and label a bundled image
	@scripts/demo.sh

test: ## build everything and run every test
	@scripts/test.sh

fuzz: ## fuzz the readers of outside files, 60 s each
	@scripts/install_dependencies.sh --dev
	@scripts/fuzz.sh

format: ## format every C++ file in place (clang-format 14)
	@scripts/install_dependencies.sh --dev
	@scripts/format.sh

lint: ## clang-tidy over the changed sources (ALL=1: over all)
	@scripts/install_dependencies.sh --dev
	@scripts/lint.sh $(if $(ALL),--all)

clean: ## remove the build folders
	rm -rf build
