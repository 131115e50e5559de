"""What keeps rule, script, schema, environment and README in step. Each check returns one line for each fault."""

import ast
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from packaging.version import Version

from framewright.study.code import follow_imports, is_front_door

ROOT = Path(__file__).parent.parent
REQUESTED = {
    *("snakemake", "numpy", "torch", "opencv-python-headless", "h5py"),
    *("pandas", "scikit-learn", "ultralytics", "deface", "pytest"),
}
ANSWERS = {"check", "forecast"}  # targets of their own that make nothing: they answer in the terminal
EVERY_PIPELINE = {  # the rules that it has, by what follows its word, and what they do
    "": "collects its results",
    "_summary": "says in an output `outcomes` what became of each item",
    "_card": "writes the card of its dataset",
}
PACKAGE_OF = {  # import name -> name at the package index, where they differ
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "imageio_ffmpeg": "imageio-ffmpeg",
    "lazy_loader": "lazy-loader",
    "markdown_it": "markdown-it-py",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "yt_dlp": "yt-dlp",
}


@dataclass(frozen=True)
class Rule:
    """One rule as its text says: its directives by name, its docstring, and the file it stands in."""

    name: str
    file: Path
    docstring: str
    directives: dict[str, str]

    @property
    def does_something(self) -> bool:
        return "output" in self.directives or self.name in ANSWERS


def rules(root: Path) -> list[Rule]:
    """Read all rules from their files, which snakefmt has laid out."""
    found = []
    for file in [root / "Snakefile", *sorted(root.glob("rules/*.smk"))]:
        for name, body in re.findall(r"^rule (\w+):\n((?:(?: {4}.*)?\n)+)", file.read_text() + "\n", re.M):
            docstring = re.match(r'\s*"""(.*?)"""', body, re.S)
            directives = dict(re.findall(r"^ {4}(\w+):((?:.*\n)(?:(?: {8}.*)?\n)*)", body, re.M))
            found.append(Rule(name, file, docstring[1] if docstring else "", directives))
    return found


def word_of(name: str) -> str:
    """The pipeline's word that the name of a rule or of a rule file begins with."""
    return name.split("_")[0]


def module_of(path: Path, folder: Path) -> str:
    """The name by which Python imports a file, from that folder on."""
    return ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")


def pins(root: Path) -> dict[str, str]:
    """Read the exact version of each package in requirements.txt."""
    return dict(re.findall(r"^([\w.-]+)==([\w.+!]+)", (root / "requirements.txt").read_text(), re.M))


def schema(root: Path, name: str) -> dict:
    return yaml.safe_load((root / f"config/schemas/{name}.schema.yaml").read_text())


# ---- rules and scripts ----------------------------------------------------------------------------------------------


def rule_faults(root: Path) -> list[str]:
    faults = []
    for rule in rules(root):
        where = f"{rule.file.name}: rule {rule.name}"
        if not rule.docstring:
            faults.append(f"{where} has no docstring that says what exists afterwards")
        if (
            rule.file.name != "Snakefile"
            and rule.name.split("_")[0] != rule.file.stem.split("_")[0]
            and rule.name not in ANSWERS
        ):
            faults.append(f"{where} does not begin with the word of its file, {rule.file.stem.split('_')[0]}")
        if "retries" in rule.directives:
            faults.append(f"{where} has retries: they multiply on a cluster; the profile sets them")
        if not rule.does_something:
            continue
        asked = set(re.findall(r"^ {8}(mem_mb|runtime)=", rule.directives.get("resources", ""), re.M))
        if "True" not in rule.directives.get("localrule", "") and (lacking := {"mem_mb", "runtime"} - asked):
            faults.append(f"{where} is sent to a cluster and does not say {' and '.join(sorted(lacking))}")
        for directive in ("params", "log", "conda", "script"):
            if directive not in rule.directives:
                faults.append(f"{where} has no {directive}")
        if f'"../scripts/{rule.name}.py"' not in rule.directives.get("script", ""):
            faults.append(f'{where} does not say "../scripts/{rule.name}.py" in script')
        fetches = "downloads=1" in rule.directives.get("resources", "")
        params = re.findall(r"^ {8}(\w+)=", rule.directives.get("params", ""), re.M)
        wanted = ["settings"] if fetches else ["code", "settings"]
        if params != wanted:
            faults.append(f"{where} has the params {', '.join(params)}, not {' and '.join(wanted)}")
        if not fetches and f'code=code_of("{rule.name}")' not in rule.directives.get("params", ""):
            faults.append(f'{where} does not say code=code_of("{rule.name}") in params')
        for directive in ("input", "output"):
            entries = re.findall(r"^ {8}(\S.*)", rule.directives.get(directive, ""), re.M)
            if [entry for entry in entries if not re.match(r"\w+=|[)\]]|\*\*", entry)]:
                faults.append(f"{where} has an {directive} without a name")
        if not (root / "scripts" / f"{rule.name}.py").is_file():
            faults.append(f"{where} has no scripts/{rule.name}.py")
    return faults


def name_faults(root: Path) -> list[str]:
    """No id of a video makes the file of another: x and x-audit, where one rule makes {video}.json, one -audit.json."""
    made = [
        (folder, suffix, f"{rule.file.name}: rule {rule.name}")
        for rule in rules(root)
        for directive in ("output", "log", "benchmark")
        for folder, suffix in re.findall(r'"([^"\n]*?)\{+video\}+([^"/\n]*)', rule.directives.get(directive, ""))
    ]
    return sorted(
        f"{where}: {folder}{{video}}{suffix} is {folder}{{video}}{other} of {second} where one id is another and {more}"
        for folder, suffix, where in made
        for of, other, second in made
        if folder == of
        and suffix.endswith(other)
        and (more := suffix.removesuffix(other))
        and re.fullmatch(r"[A-Za-z0-9_-]+", more)
    )


def script_faults(root: Path) -> list[str]:
    """Scripts of rules are short and flat: read, call the library, write."""
    faults = []
    for rule in rules(root):
        path = root / "scripts" / f"{rule.name}.py"
        if not path.is_file():
            continue
        text = path.read_text()
        tree = ast.parse(text)
        if len(text.splitlines()) > 40:
            faults.append(f"scripts/{path.name} has {len(text.splitlines())} lines, more than 40")
        if not ast.get_docstring(tree):
            faults.append(f"scripts/{path.name} has no docstring")
        if "job.start(snakemake)" not in text:
            faults.append(f"scripts/{path.name} does not begin with job.start(snakemake)")
        unwanted = ast.FunctionDef | ast.ClassDef | ast.If | ast.Try | ast.Lambda
        if [node for node in ast.walk(tree) if isinstance(node, unwanted)]:
            faults.append(f"scripts/{path.name} has a function, class, if or try: the library wants it")
    return faults


def library_faults(root: Path) -> list[str]:
    faults = []
    doors = front_doors(root)
    for path in sorted(root.glob("scripts/framewright/**/*.py")):
        name = path.relative_to(root)
        text = path.read_text()
        if path.name == "__init__.py":
            faults += [] if is_front_door(path) else [f"{name} is neither empty nor a front door"]
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (door := doors.get(node.module or "")):
                through = sorted({alias.name for alias in node.names} & door)
                faults += [f"{name}: import {word} from its module: no digest follows a front door" for word in through]
        if not ast.get_docstring(tree):
            faults.append(f"{name} has no docstring")
        for node in ast.walk(tree):
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and node in tree.body and not ast.get_docstring(node):
                faults.append(f"{name}: {node.name} has no docstring")
        if "ultralytics" in _third_party(path) and path.stem != "detector":
            faults.append(f"{name} imports ultralytics (AGPL-3.0), which only a detector module may")
    for path in [*root.glob("scripts/**/*.py"), *root.glob("rules/*.smk"), root / "Snakefile"]:
        if (lines := len(path.read_text().splitlines())) > 400:
            faults.append(f"{path.relative_to(root)} has {lines} lines; does it hold one idea?")
    return faults


def front_doors(root: Path) -> dict[str, set[str]]:
    """The names that each package offers from its `__init__.py`, by the package."""
    doors = {}
    for path in root.glob("scripts/framewright/**/__init__.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "submod_attrs":
                package = ".".join(path.parent.relative_to(root / "scripts").parts)
                doors[package] = {word for words in ast.literal_eval(node.value).values() for word in words}
    return doors


def layer_faults(root: Path) -> list[str]:
    """Shared rooms import no pipeline and no sources; only rule files and `study/config.py` import a `settings.py`."""
    faults = []
    library = root / "scripts/framewright"
    pipelines = {path.parent.name for path in library.glob("*/settings.py")} | set(
        schema(root, "config")["properties"]["pipelines"]["items"]["enum"]
    )
    for path in sorted(library.rglob("*.py")):
        room = path.relative_to(library).parts[0]
        if path.name == "__init__.py" or room == "datasets.py":
            continue
        forbidden = set() if room in pipelines else (pipelines | {"sources"}) - {room}
        for module in sorted(_own_imports(path)):
            other, _, rest = module.partition(".")
            if other in forbidden:
                faults.append(f"{path.relative_to(root)} imports framewright.{module}: rooms do not reach into others")
            if other in pipelines and rest.split(".")[0] == "settings":
                faults.append(f"{path.relative_to(root)} imports the settings of {other}, which only rule files may")
    return faults


def _own_imports(path: Path) -> set[str]:
    """The modules of the library that a module imports, as `tracks.meta`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("framewright"):
            base = (node.module or "").removeprefix("framewright").lstrip(".")
            found |= {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name[12:] for name in node.names if name.name.startswith("framewright.")}
    return found


RECORDS = {  # who writes JSON beside `study/record.py`, and why
    "study/record.py": "the one place",
    "study/code.py": "notes of a cache, written for speed",
    "video/sandbox.py": "a pipe, not a file",
}


def record_faults(root: Path) -> list[str]:
    """One module reads and writes files of JSON: `study/record.py`."""
    faults = []
    for path in sorted(root.glob("scripts/framewright/**/*.py")):
        name = path.relative_to(root / "scripts/framewright").as_posix()
        for node in ast.walk(ast.parse(path.read_text())) if name not in RECORDS else ():
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="load" | "dump")):
                    faults.append(f"{name} line {node.lineno}: read_record and write_record do that")
                case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="loads"), args=[ast.Call() as inner]):
                    if isinstance(inner.func, ast.Attribute) and inner.func.attr in ("read_text", "read_bytes"):
                        faults.append(f"{name} line {node.lineno}: read_record does that")
                case ast.Call(func=ast.Attribute(attr="write_text"), args=[first, *_]):
                    if any(isinstance(part, ast.Attribute) and part.attr == "dumps" for part in ast.walk(first)):
                        faults.append(f"{name} line {node.lineno}: write_record does that")
    return faults


VERBS = {
    *("add", "allot", "ask", "assign", "associate", "attach", "audit", "augment", "bootstrap", "bounce", "bridge"),
    *("build", "calibrate", "call", "check", "choose", "clip", "collect", "combine", "compare", "complete", "compose"),
    *("compute", "convert", "copy", "correlate", "count", "cover", "crop", "cut", "decide", "deface", "deinterlace"),
    *("describe", "detect", "digest", "discover", "download", "draw", "drive", "ease", "edit", "embed", "encode"),
    *("enlarge", "estimate", "evaluate", "examine", "explain", "export", "extract", "fetch", "fill", "find", "fit"),
    *(
        "follow",
        "forecast",
        "forget",
        "gather",
        "generate",
        "group",
        "halve",
        "hash",
        "hold",
        "infer",
        "interpolate",
        "join",
    ),
    *("judge", "keep", "label", "lay", "learn", "link", "list", "load", "locate", "look", "make", "mark", "match"),
    *(
        "ignore",
        "measure",
        "merge",
        "mirror",
        "mix",
        "name",
        "open",
        "orthogonalize",
        "overlay",
        "pack",
        "paint",
        "parse",
    ),
    *(
        "place",
        "plan",
        "predict",
        "pretrain",
        "probe",
        "prune",
        "publish",
        "quantise",
        "rank",
        "rate",
        "read",
        "rebuild",
    ),
    *("recall", "record", "recount", "redraw", "refuse", "render", "report", "resolve", "run", "sample", "scale"),
    *(
        "scan",
        "score",
        "screen",
        "search",
        "select",
        "serialise",
        "settle",
        "shorten",
        "show",
        "shrink",
        "smooth",
        "sort",
    ),
    *("split", "stack", "start", "store", "summarise", "survey", "take", "tidy", "trace", "train", "transform"),
    *("unlock", "unpack", "unstack", "validate", "verify", "visit", "wait", "walk", "warn", "watch", "write"),
}
OTHER_NAMES = {"whole"}  # `with job.whole(path) as path:` reads as it should
MAX_OWN = 80  # lines of the library that say `own`: it names nothing


def word_faults(root: Path) -> list[str]:
    """Functions are verbs: a public one of a single word must be among `VERBS`. No class name twice in a pipeline."""
    faults, classes, lines = [], {}, 0
    for path in sorted(root.glob("scripts/framewright/**/*.py")):
        name = path.relative_to(root / "scripts/framewright").as_posix()
        text = path.read_text()
        lines += len([line for line in text.splitlines() if re.search(r"\bown\b", line)])
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and "_" not in node.name:
                if node.name not in VERBS | OTHER_NAMES:
                    faults.append(f"{name}: {node.name} is no verb; say what it does, or add the verb to VERBS")
            elif isinstance(node, ast.ClassDef):
                classes.setdefault((name.split("/")[0], node.name), []).append(name)
    faults += [
        f"{word} is a class in {' and '.join(at)}"
        for (room, word), at in classes.items()
        if len(at) > 1 and (root / f"rules/{room}.smk").is_file()
    ]
    return faults + ([f"`own` stands in {lines} lines, more than {MAX_OWN}"] if lines > MAX_OWN else [])


def configuration_faults(root: Path) -> list[str]:
    """`settings.py` alone reads keys of the configuration; `options.py` of a stage reads the settings of its rule."""
    faults = []
    for path in sorted(root.glob("scripts/framewright/**/*.py")):
        name = path.relative_to(root / "scripts/framewright").as_posix()
        allowed = path.name in ("settings.py", "options.py") or name in ("study/config.py", "report/manual.py")
        if allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("settings", "config", "section")
                and isinstance(node.slice, ast.Constant)
                and isinstance(node.slice.value, str)
            ):
                faults.append(f"{name} reads {node.value.id}[{node.slice.value!r}]: only settings.py knows keys")
    return faults


def coverage_faults(root: Path) -> list[str]:
    """Each module of the library is imported by a unit test of its room; those at the top by any unit test."""
    library, tests = root / "scripts/framewright", root / "tests/unit"
    tried: dict[str, set[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        room = path.relative_to(tests).parts[0] if path.parent != tests else ""
        for module in _own_imports(path) | _modules_imported(path):
            tried.setdefault(room, set()).add(module)
            tried.setdefault("any", set()).add(module)
    faults = []
    for path in sorted(library.rglob("*.py")):
        module = module_of(path, library)
        room = module.split(".")[0] if "." in module else "any"
        if path.name != "__init__.py" and module not in tried.get(room, set()):
            faults.append(f"{module} is imported by no unit test of {room}")
    rooms = {path.name for path in tests.iterdir() if path.is_dir() and not path.name.startswith("_")}
    return faults + [f"tests/unit/{room} is no room of the library" for room in rooms if not (library / room).is_dir()]


def _modules_imported(path: Path) -> set[str]:
    """The modules that names are imported from, as `tracks.meta` in `from framewright.tracks.meta import Track`."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    return {(node.module or "").removeprefix("framewright.") for node in nodes if node.module}


TAKEN_IN = {"sources_link"}  # the rules that take films from outside, by their fingerprints
FILMS = r"rules\.\w+\.output\.(?:video|videos|film)\b"


def film_faults(root: Path) -> list[str]:
    """A film is an input as `take_film(...)` and beside the small record of its maker: the head never reads it."""
    faults = []
    for rule in rules(root):
        if not rule.does_something or rule.name in TAKEN_IN:
            continue
        entries = re.findall(r"^ {8}(\w+)=(.*)", rule.directives.get("input", ""), re.M)
        films = [(name, text) for name, text in entries if re.search(FILMS, text)]
        where = f"{rule.file.name}: rule {rule.name}"
        faults += [
            f"{where} takes {name} without take_film"
            for name, text in films
            if not re.search("take_film|ancient", text)
        ]
        if films and not [
            name for name, text in entries if re.search(r"\.(outcome|outcomes|probe|record|plan)\b", text)
        ]:
            faults.append(f"{where} takes a film without the record of its maker, such as its probe")
    return faults


def global_faults(root: Path) -> list[str]:
    """No global of the rule files is defined twice: the order of the includes would decide which one counts."""
    places: dict[str, list[str]] = {}
    for path in [root / "Snakefile", *sorted(root.glob("rules/*.smk"))]:
        for name in re.findall(r"^(\w+)(?:: .+)? \|?= ", path.read_text(), re.M):
            places.setdefault(name, []).append(path.name)
    return [f"{name} is defined in {' and '.join(files)}" for name, files in places.items() if len(files) > 1]


# ---- environments ---------------------------------------------------------------------------------------------------


def requirement_faults(root: Path) -> list[str]:
    wanted = re.findall(r"^([\w.-]+)", (root / "requirements.in").read_text(), re.M)
    pinned = pins(root)
    faults = [f"requirements.txt has no {name}, which requirements.in names" for name in wanted if name not in pinned]
    faults += [
        f"requirements.in has no {name}, which was asked for" for name in sorted(REQUESTED) if name not in wanted
    ]
    if "opencv-python" in pinned:
        faults.append("requirements.txt has opencv-python beside opencv-python-headless: two packages, one cv2")
    for line in (root / "requirements.txt").read_text().splitlines():
        if not re.fullmatch(r"[\w.-]+==[\w.+!]+( ; .+)?", line):
            faults.append(f"requirements.txt: {line!r} is not an exact pin by name")
    return faults


def environment_faults(root: Path) -> list[str]:
    """Versions agree everywhere, and what a rule's script imports its environment provides."""
    faults = []
    pinned = pins(root)
    names = yaml.safe_load((root / "envs/conda-names.yaml").read_text())
    expected = {
        names.get(package, {}).get("name", package): names.get(package, {}).get("version", version)
        for package, version in pinned.items()
    }
    lines = (root / "envs/conda-forge.tsv").read_text(encoding="utf-8").splitlines()[1:]
    seen = {name: (newest, remark) for name, newest, _, remark in (line.split("\t") for line in lines if line)}
    provided = {}
    for path in sorted(root.glob("envs/*.yaml")):
        if path.name == "conda-names.yaml":
            continue
        env = yaml.safe_load(path.read_text())
        if env["channels"] != ["conda-forge", "nodefaults"]:
            faults.append(f"envs/{path.name}: channels are not conda-forge and nodefaults")
        provided[path.name] = set()
        *plain, last = env["dependencies"]
        from_index = last.get("pip", []) if isinstance(last, dict) else []  # what conda-forge does not have
        for dependency in [*plain, *(from_index or [last])]:
            name, _, version = dependency.replace("==", "=").partition("=")
            provided[path.name].add(name)
            if name not in ("python", "pip") and expected.get(name) != version:
                faults.append(f"envs/{path.name}: {dependency}, but requirements.txt says {expected.get(name)}")
            newest, remark = seen.get(name, ("", ""))
            if dependency in from_index:
                faults += [f"envs/{path.name}: {name} is at conda-forge, and needs no pip"] if newest else []
            elif name != "pip" and not newest:
                faults.append(f"envs/{path.name}: {name} is not in envs/conda-forge.tsv; does the channel have it?")
            elif name != "pip" and Version(version) > Version(newest) and not remark:
                faults.append(f"envs/{path.name}: {dependency}, but conda-forge was seen to have {newest} at most")
    for rule in rules(root):
        script = root / "scripts" / f"{rule.name}.py"
        env = re.search(r'"\.\./envs/(.+?)"', rule.directives.get("conda", ""))
        if not env or not script.is_file():
            continue
        for module in sorted({script, *follow_imports(script, root / "scripts")}):
            for imported in sorted(_third_party(module)):
                package = PACKAGE_OF.get(imported, imported)
                if names.get(package, {}).get("name", package) not in provided.get(env[1], set()):
                    faults.append(f"rule {rule.name}: {module.name} imports {imported}, which envs/{env[1]} lacks")
    return faults


PARTS = {  # what an extra of `pip install .[extra]` must be able to import; "" is what comes without one
    "": ("video/stream", "video/probe"),
    "torch": ("tracks/dataset", "patches/dataset", "videomnist/dataset", "persistence/dataset"),
    "loading": ("exports/reader", "exports/shards"),
    "flexpatch": ("flexpatch/dataset", "flexpatch/runtime/runtime", "flexpatch/runtime/failing"),
    "tracks": (
        "tracks/segments/find",
        "tracks/privacy/deface",
        "tracks/objects/detect",
        "tracks/objects/follow",
        "tracks/clips/extract",
    ),
}


def extra_faults(root: Path) -> list[str]:
    """`pip install .[extra]` brings every package that the extra's part of the library imports."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    faults = []
    for extra, modules in PARTS.items():
        brought = {*project["dependencies"], *project["optional-dependencies"].get(extra, [])}
        for path in [root / f"scripts/framewright/{module}.py" for module in modules]:
            for module in sorted({path, *follow_imports(path, root / "scripts")}) if path.is_file() else ():
                lacking = {PACKAGE_OF.get(name, name) for name in _third_party(module)} - brought
                faults += [
                    f"pyproject.toml: extra {extra!r} lacks {name}, imported by {module.name}" for name in lacking
                ]
    return faults


def _third_party(path: Path) -> frozenset[str]:
    return _imported(path.read_bytes())


@cache
def _imported(code: bytes) -> frozenset[str]:
    import sys

    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return frozenset({name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"framewright"})


# ---- configuration, profiles, pipelines, texts ----------------------------------------------------------------------


def profile_faults(root: Path) -> list[str]:
    keys = {path.parent.name: set(yaml.safe_load(path.read_text())) for path in root.glob("profiles/*/config.yaml")}
    default = keys.pop("default")
    retries = yaml.safe_load((root / "profiles/default/config.yaml").read_text())["retries"]
    attempts = schema(root, "sources")["properties"]["attempts"]["default"]
    unequal = [f"profiles/default retries {retries} times, sources.attempts is {attempts}: not one more"]
    return (unequal if attempts != retries + 1 else []) + [
        f"profiles/{name} sets {key}, which profiles/default sets as well and would win"
        for name, own in keys.items()
        for key in sorted(own & default)
        if not key.startswith("__")  # not options, but how the file is read
    ]


def pipeline_faults(root: Path) -> list[str]:
    """Say what a pipeline still lacks: everything of it is named by its one word."""
    faults = []
    listed = schema(root, "config")["properties"]["pipelines"]["items"]["enum"]
    snakefile, readme = (root / "Snakefile").read_text(), (root / "README.md").read_text()
    shared = {"common", "sources", "overview", "cards", "buckets"}
    written = {word_of(path.stem) for path in root.glob("rules/*.smk")} - shared
    faults += [
        f"{word}: not in the pipelines of config/schemas/config.schema.yaml" for word in sorted(written - {*listed})
    ]
    for path in root.glob("rules/*_*.smk"):
        word = word_of(path.stem)
        if f'include: "{path.name}"' not in (root / f"rules/{word}.smk").read_text():
            faults.append(f"rules/{path.name} is not included in rules/{word}.smk, whose stage it is")
    for word in sorted(written | {*listed}):
        if f'include: "rules/{word}.smk"' not in snakefile:
            faults.append(f"{word}: not included in the Snakefile")
        if f"`{word}`" not in readme:
            faults.append(f"{word}: not in README.md")
        for path in (
            f"rules/{word}.smk",
            f"config/schemas/{word}.schema.yaml",
            f"scripts/framewright/{word}/__init__.py",
        ):
            if not (root / path).is_file():
                faults.append(f"{word}: {path} is missing")
        if (root / f"rules/{word}.smk").is_file():
            own = [rule.name for rule in rules(root)]
            needed = {f"{word}{ending}": purpose for ending, purpose in EVERY_PIPELINE.items()}
            missing = [name for name in needed if name not in own]
            faults += [f"{word}: rules/{word}.smk has no rule {name} that {needed[name]}" for name in missing]
    return faults


def text_faults(root: Path) -> list[str]:
    """Documents and Makefile agree; documents find each other; nothing names a machine, a registry or a secret."""
    makefile = (root / "Makefile").read_text()
    documents = {path: path.read_text() for path in [*root.glob("*.md"), *root.glob("docs/*.md")]}
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    faults = [
        f"{path.relative_to(root)} names make {target}, which the Makefile lacks"
        for path, text in documents.items()
        for target in re.findall(r"`make ([a-z-]+)", text)
        if target not in targets
    ]
    faults += [
        f"{path.relative_to(root)} leads to {link}, which is not there"
        for path, text in documents.items()
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        if not (path.parent / link).exists()
    ]
    contents = documents[root / "README.md"]
    faults += [
        f"README.md does not lead to docs/{path.name}"
        for path in root.glob("docs/*.md")
        if f"](docs/{path.name})" not in contents
    ]
    if contents.count("\n") > 130:
        faults.append(f"README.md has {contents.count(chr(10))} lines; a visitor reads 130")
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    if f"## {version}" not in (root / "CHANGELOG.md").read_text():
        faults.append(f"CHANGELOG.md has no section {version}")
    forbidden = re.compile(
        r"/work/|/root/|/home/\w|files\.pythonhosted|registry\.npmjs|index-url|BEGIN \w* ?PRIVATE KEY"
    )
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix in _TEXTS and not _hidden(p, root)):
        if path != Path(__file__) and (match := forbidden.search(path.read_text(errors="replace"))):
            faults.append(f"{path.relative_to(root)} names {match[0]!r}")
    return faults


_TEXTS = {".py", ".smk", ".md", ".yaml", ".toml", ".txt", ".in", ".sh", ".rst", ".tsv", ".cff", ""}


def _hidden(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return parts[0] in {"results", "logs", "benchmarks", "build"} or any(
        p.startswith(".") and p != ".ci" for p in parts
    )
