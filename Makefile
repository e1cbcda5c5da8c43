# Everything a newcomer needs: `make demo` and `make test`.

SWIFT ?= swift
# Options of the demo, for example: make demo ARGS="--clients 20 --rounds 5"
ARGS ?=
# Options of the demonstration and the comparison with Flower, for example: make bench-flower FLOWER="--large"
FLOWER ?=
# Messages thrown at the parsers and at the server by `make fuzz`.
FUZZ_MESSAGES ?= 1000000
# Python 3.11 or newer, for `make check-vectors` and `make interop`.
PYTHON ?= python3
# What is installed for them.
PYTHON_ENVIRONMENT = .venv-interop
# What is installed for the Python package, with Flower.
FLOWER_ENVIRONMENT = .venv-flower
# The same for the newest Flower.
FLOWER_NEWEST = .venv-flower-newest
# What is installed for the comparison of robust rules: PyTorch and ByzFL.
ROBUST_ENVIRONMENT = .venv-robust
# Options of that comparison, for example: make bench-robust ROBUST="--dimension 100000"
ROBUST ?=
# Sessions of both implementations played by `make interop`, and the seed of another run.
INTEROP_SESSIONS ?= 96
SEED ?=

SOURCES = Package.swift Sources Tests Snippets SideChannels/Package.swift SideChannels/Sources \
  Benchmarks/Package.swift Benchmarks/Sources
# Options of `make bench`, for example: make bench BENCH="--quick"
BENCH ?=

.PHONY: demo test library example-c wheel test-python test-flower-newest python-reference flower-demo flower-quickstarts bench-flower python-package bench bench-robust test-arm fuzz vectors check-vectors interop ct-check build format lint protobuf dependencies clean

## Trains on real data with secure aggregation and dropouts, and writes secagg-report.html.
demo: dependencies
	$(SWIFT) build -c release --product secagg-demo
	@$(SWIFT) run -c release --skip-build secagg-demo $(ARGS)

## Builds and runs all tests.
test: dependencies
	$(SWIFT) test

## Builds libsecagg.so, secagg.h and a pkg-config file into .build/secagg, for C and what speaks C (Linux).
library: dependencies
	./Scripts/build-library.sh

## Runs Examples/c against it: plain, under valgrind, and with sanitizers.
example-c: library
	./Scripts/run-c-example.sh

## Checks the mask kernels in plain C: here and, under QEMU, on 64-bit ARM and on a big-endian machine.
test-arm:
	./Scripts/test-architectures.sh

## Throws many more mutated messages at the parsers and the server than `make test` does.
fuzz: dependencies
	SECAGG_FUZZ_MESSAGES=$(FUZZ_MESSAGES) $(SWIFT) test --filter Fuzzing

## Writes TestVectors again after a change of the protocol, and verifies the vectors.
vectors: dependencies
	SECAGG_WRITE_VECTORS=1 $(SWIFT) test --filter Vectors

## Computes the test vectors once more, with the second implementation.
check-vectors: $(PYTHON_ENVIRONMENT)/installed
	$(PYTHON_ENVIRONMENT)/bin/python Interoperability/verify_vectors.py

## Plays random sessions in which this and the second implementation take part.
interop: dependencies $(PYTHON_ENVIRONMENT)/installed
	$(SWIFT) build -c release --product secagg-role
	@program="$$($(SWIFT) build -c release --show-bin-path)/secagg-role" && cd Interoperability && \
		../$(PYTHON_ENVIRONMENT)/bin/python -m sessions "$$program" \
		--sessions $(INTEROP_SESSIONS) $(if $(SEED),--seed $(SEED))

$(PYTHON_ENVIRONMENT)/installed: Interoperability/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(PYTHON_ENVIRONMENT)
	$(PYTHON_ENVIRONMENT)/bin/python -m pip install --quiet --disable-pip-version-check \
		--requirement Interoperability/requirements.txt
	@touch $@

## Builds the wheel of the Python package into python/dist, and tries it (Linux).
wheel: library $(FLOWER_ENVIRONMENT)/installed
	./Scripts/build-wheel.sh $(CURDIR)/$(FLOWER_ENVIRONMENT)/bin/python

## Tests the installed wheel, with clients of the second implementation and with Flower's grid.
test-python: python-package
	cd python && ../$(FLOWER_ENVIRONMENT)/bin/python -m pytest
	cd python && ../$(FLOWER_ENVIRONMENT)/bin/python -m mypy
	$(FLOWER_ENVIRONMENT)/bin/ruff check --quiet python && $(FLOWER_ENVIRONMENT)/bin/ruff format --check --quiet python

## The same tests of the plug-in with the newest Flower of the index.
test-flower-newest: wheel
	test -d $(FLOWER_NEWEST) || $(PYTHON) -m venv $(FLOWER_NEWEST)
	$(FLOWER_NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade \
		flwr numpy cryptography pytest
	$(FLOWER_NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check \
		--force-reinstall --no-deps python/dist/*.whl
	$(FLOWER_NEWEST)/bin/python -m pip show flwr | sed -n 2p
	cd python && ../$(FLOWER_NEWEST)/bin/python -m pytest --quiet tests/flower

## Writes the reference of the Python package to python/reference, from its docstrings.
python-reference: python-package
	$(FLOWER_ENVIRONMENT)/bin/python -W error::UserWarning -m pdoc --output-directory python/reference secagg secagg.flower

## The models of Flower's quickstarts under all strategies, in simulation and on SuperNodes that are killed in
## each phase; half an hour. Needs scikit-learn and PyTorch in $(FLOWER_ENVIRONMENT) for their models.
flower-quickstarts: python-package
	cd python && ../$(FLOWER_ENVIRONMENT)/bin/python -m demo.quickstarts $(FLOWER)

## Trains on digits with Flower, in simulation and on four SuperNodes with TLS, one of which is killed;
## about four minutes.
flower-demo: python-package
	cd python && ../$(FLOWER_ENVIRONMENT)/bin/python -m demo $(FLOWER)

## Compares with Flower's own SecAgg+, the same vectors and clients; FLOWER="--large" for all sizes.
bench-flower: python-package
	cd python && ../$(FLOWER_ENVIRONMENT)/bin/python -m benchmark $(FLOWER)

python-package: wheel
	$(FLOWER_ENVIRONMENT)/bin/python -m pip install --quiet --disable-pip-version-check \
		--force-reinstall --no-deps python/dist/*.whl

$(FLOWER_ENVIRONMENT)/installed: python/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(FLOWER_ENVIRONMENT)
	$(FLOWER_ENVIRONMENT)/bin/python -m pip install --quiet --disable-pip-version-check \
		--requirement python/requirements.txt
	@touch $@

## Looks for branches and indices that depend on a client's secrets, with valgrind, and for secrets
## that are left in memory (Linux).
ct-check: dependencies
	./Scripts/check-side-channels.sh

## Builds the libraries and the demo with optimisation.
build: dependencies
	$(SWIFT) build -c release

## Rewrites the sources in the project's format.
format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

## Fails if a source is not in the project's format.
lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

## Measures masks, sharing, the path of a vector and whole sessions; half an hour, a minute with
## BENCH="--quick". Writes Benchmarks/Results: results.json, tables and plots.
bench: dependencies
	$(SWIFT) build -c release --product secagg-demo
	rm -f Benchmarks/.build/*.yaml
	cd Benchmarks && $(SWIFT) build -c release -Xswiftc -enable-testing
	Benchmarks/.build/release/benchmarks --demo .build/release/secagg-demo \
	  --json Benchmarks/Results/results.json $(BENCH)
	@$(PYTHON) -c "import matplotlib" 2>/dev/null \
	  && $(PYTHON) Scripts/plot-benchmarks.py \
	  || echo "matplotlib is missing, so nothing was drawn: $(PYTHON) -m pip install matplotlib"

## Compares the robust rules with ByzFL on PyTorch and with NumPy, on the same vectors; a quarter of
## an hour and 6 GB of memory. Writes Benchmarks/Results/robust-rules.json.
bench-robust: $(ROBUST_ENVIRONMENT)/installed
	cd Benchmarks && $(SWIFT) build -c release --product robust-rules
	@program="$$(cd Benchmarks && $(SWIFT) build -c release --show-bin-path)/robust-rules" && \
		$(ROBUST_ENVIRONMENT)/bin/python Scripts/compare-robust-rules.py --program "$$program" \
		--json Benchmarks/Results/robust-rules.json $(ROBUST)

$(ROBUST_ENVIRONMENT)/installed: Scripts/robust-rules-requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(ROBUST_ENVIRONMENT)
	$(ROBUST_ENVIRONMENT)/bin/python -m pip install --quiet --disable-pip-version-check \
		--requirement Scripts/robust-rules-requirements.txt
	$(ROBUST_ENVIRONMENT)/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps byzfl==0.0.11
	@touch $@

## Regenerates the committed protobuf code.
protobuf: dependencies
	./Scripts/generate-protobuf.sh

## Installs libsodium where pkg-config does not find it.
dependencies:
	@./Scripts/install-dependencies.sh

clean:
	$(SWIFT) package clean
	$(SWIFT) package --package-path SideChannels clean
