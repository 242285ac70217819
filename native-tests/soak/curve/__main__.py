# SPDX-License-Identifier: MIT
"""Runs nla_soak and draws its memory curve. The exit code is nla_soak's."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from picture import picture, read_csv

SMOKE_MINUTES = "0.085"


def arguments():
    parser = argparse.ArgumentParser(prog="curve", description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, help="nla_soak; without it, only draw")
    parser.add_argument("--minutes", default=os.environ.get("NLA_SOAK_MINUTES", "20"))
    parser.add_argument("--csv", type=pathlib.Path, help="the samples, one a second")
    parser.add_argument("--svg", type=pathlib.Path, help="the picture")
    parser.add_argument("--smoke", action="store_true", help="five seconds: does everything run?")
    return parser.parse_args()


def main():
    settings = arguments()
    with tempfile.TemporaryDirectory() as folder:
        csv = settings.csv or pathlib.Path(folder) / "soak.csv"
        minutes = SMOKE_MINUTES if settings.smoke else settings.minutes
        code = 0
        if settings.program:
            code = subprocess.run([settings.program, minutes, csv], check=False).returncode
        samples = read_csv(csv)
        drawing = picture(samples)
        if settings.smoke:
            xml.etree.ElementTree.fromstring(drawing)
            assert len(samples) >= 3 and samples[-1]["operations"] > 0, samples
        if settings.svg:
            settings.svg.write_text(drawing)
            print(f"curve: {settings.svg}")
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
