"""The corpus in the words of Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), with
its RAI vocabulary and W3C PROV for the runs: `croissant.json`.

Fields are made from the contract of the tables.  A list of structs is a field with `subField`s, each of which takes
its values out of the list's column by a JSON path, which is how mlcroissant reads nested Parquet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flows.card.facts import Facts, File
from flows.card.prose import BIASES, COLLECTION, LIMITS, MAINTENANCE, MISSING, PERSONAL, STEPS, UNKNOWN_LICENSE, about
from flows.card.stated import Stated
from flows.schema import Column, contract

Json = dict[str, Any]

LISTED_FILES = 1000
"""Where the tables have more files than this, only `SHA256SUMS` names each of them: to mlcroissant, every file
object is a node of a graph, and a description that takes longer to read than the data serves nobody."""
LISTED_RUNS = 20
"""The latest runs that are described one by one."""

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
DATA_TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float64": "cr:Float64",
    "bool": "sc:Boolean",
    "instant": "sc:DateTime",
}
KEYS = {
    "articles": ("raw_path", "article_id"),
    "duplicates": ("raw_path", "article_id"),
    "rejects": ("raw_path", "reject_id"),
}


def croissant(facts: Facts, files: Sequence[File], stated: Stated, sums: File) -> str:
    """`croissant.json` for a corpus with these facts and files; `sums` is the file `SHA256SUMS` beside it."""
    runs = facts.runs()
    described: Json = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": stated.name,
        "alternateName": stated.title,
        "description": stated.description or about(facts),
        "license": stated.license or UNKNOWN_LICENSE,
        "url": stated.url,
        "creator": [{"@type": "sc:Organization", "name": name} for name in stated.creators],
        "citeAs": stated.citation,
        "keywords": ["news", *stated.keywords],
        "version": f"{contract().version}.0.0",
        "isLiveDataset": True,
        "datePublished": runs[-1]["ingested_at"] if runs else None,
        "dateModified": runs[-1]["ingested_at"] if runs else None,
        "inLanguage": sorted(language for language in facts.tally("language") if language),
        "temporalCoverage": "/".join(facts.published() or ()),
        "prov:wasGeneratedBy": [_activity(run) for run in runs[-LISTED_RUNS:]],
        "rai:dataCollection": COLLECTION,
        "rai:dataCollectionMissingData": MISSING,
        "rai:dataPreprocessingProtocol": list(STEPS),
        "rai:dataLimitations": list(LIMITS),
        "rai:dataBiases": list(BIASES),
        "rai:personalSensitiveInformation": list(PERSONAL),
        "rai:dataReleaseMaintenancePlan": MAINTENANCE,
        "distribution": [*_file_sets(), *_file_objects(files, sums)],
        "recordSet": [_record_set(table) for table in contract().tables],
    }
    said = {key: value for key, value in described.items() if value not in (None, "", [])}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _activity(run: dict[str, str]) -> Json:
    agent = {"@type": "prov:SoftwareAgent", "prov:label": f"copydesk {run['pipeline_version']}"}
    return {
        "@type": "prov:Activity",
        "@id": f"run/{run['run_id']}",
        "prov:label": f"rules {run['rules_version']}, settings {run['settings_sha256']}",
        "prov:atTime": run["ingested_at"],
        "prov:wasAssociatedWith": agent,
    }


def _file_sets() -> Iterator[Json]:
    for name, table in contract().tables.items():
        yield {
            "@type": "cr:FileSet",
            "@id": f"{name}-files",
            "name": f"{name}-files",
            "description": table.meaning,
            "encodingFormat": "application/x-parquet",
            "includes": f"{name}/*.parquet",
        }


def _file_objects(files: Sequence[File], sums: File) -> Iterator[Json]:
    yield _file_object(sums.name, sums, "text/plain") | {"description": "The SHA-256 of every file of the tables."}
    if len(files) <= LISTED_FILES:
        for file in files:
            yield _file_object(f"{file.table}/{file.name}", file, "application/x-parquet")


def _file_object(path: str, file: File, encoding: str) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{file.size} B",
        "encodingFormat": encoding,
        "sha256": file.sha256,
    }


def _record_set(table: str) -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": contract().tables[table].meaning,
        "key": [{"@id": f"{table}/{column}"} for column in KEYS[table]],
        "field": [_field(table, column) for column in contract().tables[table].columns],
    }


def _field(table: str, column: Column) -> Json:
    """A column as a field.

    `duplicate_of` has no `references`: mlcroissant would join the articles to every duplicate that it reads.
    """
    source = {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": column.name}}
    element = column.type.removeprefix("list<").removesuffix(">")
    field = _described(f"{table}/{column.name}", column)
    if element != column.type:
        field |= {"isArray": True, "arrayShape": "-1"}
    if element in DATA_TYPES:
        return field | {"dataType": DATA_TYPES[element], "source": source}
    return field | {
        "subField": [
            _described(f"{table}/{column.name}/{each.name}", each)
            | {"dataType": DATA_TYPES[each.type], "source": source | {"transform": {"jsonPath": each.name}}}
            for each in contract().structs[element]
        ]
    }


def _described(identity: str, column: Column) -> Json:
    return {"@type": "cr:Field", "@id": identity, "name": identity, "description": column.meaning}
