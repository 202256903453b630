# make demo and make test do all the set-up they need; both may be repeated.
.PHONY: setup demo test soak lint fix bench image pictures

bin := .venv/bin

setup:
	@deploy/setup.sh

demo: setup
	$(bin)/quzheng demo --out demo-out

test: setup
	$(bin)/pytest -n 3 --dist loadfile -q

soak: setup
	$(bin)/pytest -n 2 --dist loadfile -q --full  # where a builder is at hand, the image with its two nights is among them

lint: setup
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

fix: setup
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

bench: setup
	@for program in tests/bench/*.py; do echo "== $$program"; $(bin)/python $$program; done

image: setup
	deploy/image.sh

pictures: setup
	$(bin)/python deploy/pictures.py
