"""What the package may not do, read from its syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import galdask

PACKAGE = Path(galdask.__file__).parent
#: calls by their last two names
FORBIDDEN = {
    "os.system",
    "os.popen",
    "tempfile.mktemp",
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.full_load",
    "yaml.full_load_all",
    "pandas.read_pickle",
    "pd.read_pickle",
    "numpy.fromregex",
    "joblib.load",
    "torch.load",
    "dill.loads",
    "cloudpickle.loads",
    "pickle.loads",
    "pickle.load",
    "marshal.loads",
    "marshal.load",
    "runpy.run_path",
    "importlib.reload",
    "types.FunctionType",
}
MODULES = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "code",
    "codeop",
    "xmlrpc",
    "telnetlib",
    "ftplib",
}
BUILTINS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value).rpartition('.')[2]}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def wrongs(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            if name in FORBIDDEN or name in BUILTINS:
                yield node.lineno, name
            for word in node.keywords:
                true = isinstance(word.value, ast.Constant) and word.value.value is False
                if (word.arg == "shell" and not true) or (word.arg == "allow_pickle" and not true):
                    yield node.lineno, f"{name}({word.arg}=...)"
                if word.arg == "check_hostname" or (
                    word.arg == "verify" and name.endswith(("get", "post", "request")) and true
                ):
                    yield node.lineno, f"{name}({word.arg}=...)"
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from ((node.lineno, f"import {name}") for name in names if name.split(".")[0] in MODULES)


def test_nothing_runs_what_it_reads() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line} {what}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, what in wrongs(ast.parse(path.read_text()))
    ]
    assert found == []


def test_the_rule_sees_what_it_forbids() -> None:
    text = (
        "import pickle\nfrom marshal import loads\neval('1')\nnp.load(f, allow_pickle=True)\n"
        "subprocess.run(x, shell=flag)\n"
        "yaml.load(f)\ntempfile.mktemp()\nos.system('x')\n"
    )
    assert sorted(line for line, _ in wrongs(ast.parse(text))) == [1, 2, 3, 4, 5, 6, 7, 8]
