"""The forge: LuxShot's Python side. One command line, `python -m forge STEP`, one module a step."""
