"""`python -m evidence`: the commands that need no browser, for computers without one."""

from evidence.cli import main

if __name__ == "__main__":
    main()
