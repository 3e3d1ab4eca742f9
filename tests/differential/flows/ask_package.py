"""Asks `package` which files of the user are in the code package; `ASK` holds the words before and after it."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

FILES = {
    "helpers.py": "X = 1\n",
    "query.sql": "select 1\n",
    "notes.TXT": "n\n",
    ".hidden.py": "",
    ".hid/a.py": "",
    "sub/deep.PY": "Y = 2\n",
    "sub/model.R": "r\n",
    "sub/__pycache__/c.pyc": "",
    "../out/shared/a.json": "{}\n",
    "../out/shared/b.py": "B = 1\n",
    "../out/one.json": "[]\n",
    "../out/lonely.py": "L = 1\n",
}
here = Path.cwd()
inner = here / "work"  # sources may be outside of the flow's folder, but not outside of the scenario's
inner.mkdir(exist_ok=True)
for name, text in FILES.items():
    path = inner / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
if not (inner / "linked.py").is_symlink():
    (inner / "linked.py").symlink_to("../out/lonely.py")
    (inner / "sub/folder").symlink_to("../../out/shared")
(inner / "flow.py").write_text((here / "flow.py").read_text())
(inner / ".metaflow").mkdir(exist_ok=True)

before, after = os.environ["ASK"].split("|")
words = [sys.executable, "flow.py", "--no-pylint", *before.split(), "package", *after.split()]
told = subprocess.run(words, cwd=inner, capture_output=True, text=True)
print("exit", told.returncode)
if told.returncode == 0:
    lines = (told.stdout + told.stderr).splitlines()
    if after.startswith("save"):
        with tarfile.open(inner / after.split()[1]) as package:
            ours = [one for one in package.getmembers() if not one.name.startswith(".mf_")]
            lines = [f"{one.name} {package.extractfile(one).read()!r} {one.mode & 0o100}" for one in ours]
            lines = [line for line in lines if not line.startswith("flow.py ")]
    elif after.startswith("list --archive"):
        known = ("/", ".mf_", "Metaflow ", "Files ")
        lines = [line for line in lines if line and not line.startswith(known)]
    elif after.startswith("list"):
        lines = [os.path.relpath(line, inner) for line in lines if line.startswith(f"{here}/")]
        lines = [line for line in lines if "site-packages" not in line]
    else:
        lines = []
    print(*sorted(lines), sep="\n")
else:
    # Which words say so is each product's own matter.
    print("refused", bool(told.stdout + told.stderr))
