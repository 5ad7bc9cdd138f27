#!/usr/bin/env python3
"""Write schemas/ from the classes of the Python package openlineage-python.

That package carries every OpenLineage schema as an attrs class: names, types, required fields, formats (as
validators), descriptions and the URL of the published schema. This reads those classes without running them.

    pip download --no-deps openlineage-python==1.54.0 && unzip openlineage_python-*.whl -d DIRECTORY
    npm run derive -w packages/openlineage-client -- DIRECTORY/openlineage/client/generated

The classes do not say under which key a facet is found in an event, so FACET_KEYS below does where the key is
not the class's own name, nor what tells the three kinds of event apart, so EVENT_RULES does.
"""

import ast
import json
import re
import sys
from pathlib import Path

CORE_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCALARS = {"str": {"type": "string"}, "int": {"type": "integer"}, "float": {"type": "number"}, "bool": {"type": "boolean"}, "Any": {}}
FORMATS = {"isoparse": "date-time", "urlparse": "uri", "UUID": "uuid"}
FACET_KEYS = {
    "DatasetVersion": "version",
    "Datasource": "dataSource",
    "InputSubset": "subset",
    "OutputSubset": "subset",
    "ProcessingEngine": "processing_engine",
    "SQL": "sql",
}
RULES = {
    "DatasetEvent": {"not": {"required": ["job", "run"]}},
    "JobEvent": {"not": {"required": ["run"]}},
    "ExecutionParameter": {"additionalProperties": False},
}
BOUNDS = {("EmissionPattern", "windowDuration"): {"minimum": 1}}


def url_of(cls):
    for node in cls.body:
        if isinstance(node, ast.FunctionDef) and node.name == "_get_schema":
            return node.body[0].value.value
    return None


def described(schema, text):
    """Add a docstring to a schema: its text as description, its closing `Example:` as example."""
    if not text:
        return schema
    text = re.sub(r"(?<=\S)-\n\s*", "-", text)  # a line broken at a hyphen
    prose, _, example = re.sub(r"\s+", " ", text).strip().partition("Example: ")
    return {"description": prose.strip(), **schema, **({"example": example} if example else {})}


class Module:
    """One Python file: its classes and unions by name."""

    def __init__(self, tree, outer):
        self.classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
        self.unions = {n.targets[0].id: n.value for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Subscript)}
        self.outer = outer
        urls = [u for u in map(url_of, self.classes.values()) if u]
        self.id = urls[0].split("#")[0]

    def named(self, name):
        if name in SCALARS:
            return dict(SCALARS[name])
        if name in self.unions or (name in self.classes and url_of(self.classes[name])):
            return {"$ref": f"#/$defs/{name}"}
        if name in self.classes:
            return self.definition(self.classes[name])
        if self.outer and name in self.outer.classes:
            return {"$ref": url_of(self.outer.classes[name])}
        raise SystemExit(f"{self.id}: unknown type {name}")

    def schema(self, node):
        if isinstance(node, ast.Constant):
            return self.schema(ast.parse(node.value, mode="eval").body)
        if isinstance(node, ast.Name):
            return self.named(node.id)
        if isinstance(node, ast.BinOp):
            return {"anyOf": [self.schema(node.left), self.schema(node.right)]}
        kind, args = node.value.id, node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if kind == "list":
            return {"type": "array", "items": self.schema(args[0])}
        if kind == "dict":
            return {"type": "object", "additionalProperties": self.schema(args[1]) or True}
        if kind == "Union":
            return {"anyOf": [self.schema(a) for a in args]}
        if kind == "Literal":
            return {"type": "string", "const": args[0].value}
        raise SystemExit(f"{self.id}: unknown type {ast.unparse(node)}")

    def field(self, node):
        """A field as (schema, whether it is required)."""
        kind, default = node.annotation, node.value
        if isinstance(kind, ast.BinOp) and isinstance(kind.right, ast.Constant) and kind.right.value is None:
            return self.schema(kind.left), False
        schema = self.schema(kind)
        return ({**schema, "const": default.value} if isinstance(default, ast.Constant) else schema), True

    def own(self, cls):
        """The object schema of the fields that a class itself declares."""
        properties, required, together, more = {}, [], {}, False
        for node, after in zip(cls.body, cls.body[1:] + [None]):
            if isinstance(node, ast.AnnAssign) and "ClassVar" not in ast.unparse(node.annotation):
                schema, is_required = self.field(node)
                doc = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
                schema |= BOUNDS.get((cls.name, node.target.id), {})
                properties[node.target.id] = schema if "$ref" in schema else described(schema, doc)
                required += [node.target.id] if is_required else []
            elif isinstance(node, ast.FunctionDef) and node.decorator_list and isinstance(node.decorator_list[0], ast.Attribute):
                name, code = node.decorator_list[0].value.id, ast.unparse(node)
                for call, fmt in FORMATS.items():
                    if f"{call}(value)" in code:
                        properties[name]["format"] = fmt
                if needs := re.search(r"for name in (\[[^\]]+\])", code):
                    together[name] = ast.literal_eval(needs[1])
            elif isinstance(node, ast.FunctionDef) and node.name == "with_additional_properties":
                more = True
        return {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            **({"dependentRequired": together} if together else {}),
            **({"additionalProperties": True} if more else {}),
        }

    def definition(self, cls):
        doc, base = ast.get_docstring(cls) or "", cls.bases[0].id
        if base == "Enum":
            return described({"type": "string", "enum": [n.value.value for n in cls.body if isinstance(n, ast.Assign)]}, doc)
        own = {**self.own(cls), **RULES.get(cls.name, {})}
        if base == "RedactMixin":
            return described(own, doc)
        return described({"type": "object", "allOf": [self.named(base)] + ([own] if own["properties"] else [])}, doc)

    def facet_keys(self):
        """Where the facets of this file are found: key → schema."""
        keys = {}
        for name, cls in self.classes.items():
            if cls.bases[0].id.endswith("Facet") and name != "BaseFacet":
                stem = re.sub(r"(InputDataset|OutputDataset|Dataset|Job|Run)Facet$", "", name)
                keys.setdefault(FACET_KEYS.get(stem, stem[0].lower() + stem[1:]), []).append({"$ref": f"#/$defs/{name}"})
        return {key: refs[0] if len(refs) == 1 else {"anyOf": refs} for key, refs in keys.items()}

    def document(self):
        definitions = {n: self.definition(c) for n, c in self.classes.items() if url_of(c)}
        definitions |= {n: self.schema(u) for n, u in self.unions.items()}
        root = {"$schema": DIALECT, "$id": self.id, "$defs": dict(sorted(definitions.items()))}
        if self.id == CORE_URL:
            return root | {"oneOf": [{"$ref": f"#/$defs/{n}"} for n in ("RunEvent", "DatasetEvent", "JobEvent")]}
        return root | {"type": "object", "properties": self.facet_keys()}


def main(source):
    target = Path(__file__).resolve().parent.parent / "schemas"
    (target / "facets").mkdir(parents=True, exist_ok=True)
    core = Module(ast.parse((source / "base.py").read_text()), None)
    modules = [core] + [
        Module(ast.parse(p.read_text()), core) for p in sorted(source.glob("*.py")) if p.name not in ("__init__.py", "base.py")
    ]
    for module in modules:
        folder = target if module is core else target / "facets"
        (folder / module.id.rsplit("/", 1)[1]).write_text(json.dumps(module.document(), indent=2, ensure_ascii=False) + "\n")
    print(f"wrote {len(modules)} schemas")


if len(sys.argv) != 2:
    raise SystemExit(__doc__)
main(Path(sys.argv[1]))
