"""What is known of the names that pickles call: which are harmless, and which give control away."""

from __future__ import annotations

import re

__all__ = ["full_name", "harmless", "runs_programs"]

# What torch.load allows with weights_only, what torch and numpy write for tensors and arrays, and plain containers.
_HARMLESS = re.compile(
    r"""
    collections\.(OrderedDict|Counter|defaultdict|deque)
    | builtins\.(set|frozenset|list|dict|tuple|int|float|bool|str|bytes|bytearray|complex|slice|range|object)
    | _codecs\.encode | copyreg\._reconstructor
    | torch\._utils\._rebuild_(tensor(_v[23])?|parameter(_with_state)?|qtensor|sparse_tensor|nested_tensor|xla_tensor
        |meta_tensor_no_storage|wrapper_subclass|device_tensor_from_(numpy|cpu_tensor))
    | torch\._tensor\._rebuild_from_type_v2 | torch\.nn\.parameter\.(Parameter|Buffer)
    | torch\.serialization\._get_layout | torch\.(Size|device)
    | torch\.(double|float|half|bfloat16|long|int|short|bool|cfloat|q?u?int\d{1,2}|quint\dx\d|float\d{1,2}(_\w+)?|complex\d{2,3})
    | torch\.per_(tensor|channel)_(affine|symmetric)(_float_qparams)?
    | torch\.(cuda\.|sparse\.)?\w*Tensor | torch\.(cuda\.|storage\.|xpu\.|hpu\.)?\w+Storage
    | torch\.jit\._pickle\.(build_(int|tensor|double|bool)list|restore_type_tag|build_tensor_from_id)
    | __torch__\.[\w.]+
    | numpy\.(ndarray|dtype|dtypes\.\w+DType|(core\.|_core\.)?(multiarray\.(_reconstruct|scalar)|numeric\._frombuffer))
    | numpy\.(float|u?int|bool|complex|str|bytes)_?\d*
    """,
    re.ASCII | re.VERBOSE,
)
# Modules that run programs, reach files or the network, or reach what does.
_PROGRAMS = re.compile(
    r"""
    (os|posix|nt|sys|subprocess|shutil|socket|pty|runpy|importlib|ctypes|_?pickle|marshal|code|codeop|pdb|bdb|timeit|commands|popen2
    |webbrowser|requests|urllib[23]?|https?|httplib|ftplib|smtplib|telnetlib|aiohttp|httpx|xmlrpc|asyncio|multiprocessing|_?thread(ing)?
    |_?operator|_?functools|types|inspect|platform|pip|ensurepip|venv|idlelib|cProfile|profile|trace|doctest|distutils|setuptools|dill
    |cloudpickle|joblib|zipimport|tempfile|signal|pydoc|site|linecache|sqlite3)\..*
    | builtins\.(eval|exec(file)?|compile|open|file|__import__|([gs]et|del)attr|globals|locals|vars|input|breakpoint|apply|map|filter|type)
    | torch\.(load|storage\._load_from_bytes|hub\..*|jit\.load|package\..*|_inductor\..*|_dynamo\..*|utils\..*)
    | numpy\.(load|testing\..*|f2py\..*)
    """,
    re.ASCII | re.VERBOSE | re.DOTALL,
)
_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg", "exceptions": "builtins", "UserDict": "collections"}  # since Python 2


def full_name(module: str, name: str) -> str:
    """A name as it is written today."""
    return f"{_RENAMED.get(module, module)}.{name}"


def harmless(full: str) -> bool:
    """Whether a name is one that files of weights need, and calling it does nothing but make a value."""
    return _HARMLESS.fullmatch(full) is not None


def runs_programs(full: str) -> bool:
    """Whether a name is known to give control away: os.system, builtins.eval."""
    return _PROGRAMS.fullmatch(full) is not None
